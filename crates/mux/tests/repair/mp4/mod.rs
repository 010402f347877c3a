//! Repairing MP4: what our writer leaves at every moment, and what others write.

mod cuts;
mod damage;
mod foreign;
mod support;
