//! Rows of macroblocks, side by side.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::edge::RowEdges;
use crate::frame::Frame;
use crate::frame_context::FrameContext;
use crate::loop_filter::LoopFilter;
use crate::worker::{RowOutput, Worker};

/// The rows of one frame, each for one thread at a time.
pub(crate) struct Rows {
    outputs: Vec<Mutex<RowOutput>>,
    edges: Vec<RowEdges>,
}

/// What is done with complete rows: one after the other, by whichever thread has time.
struct Completion<'a> {
    context: &'a FrameContext<'a>,
    filter: &'a LoopFilter,
    frame: &'a mut Frame,
    next: usize,
}

impl Rows {
    pub(crate) fn new(columns: usize, rows: usize) -> Self {
        Self {
            outputs: (0..rows)
                .map(|_| Mutex::new(RowOutput::new(columns)))
                .collect(),
            edges: (0..rows).map(|_| RowEdges::new(columns)).collect(),
        }
    }

    /// What came out of the last frame.
    pub(crate) fn outputs(&mut self) -> Vec<&RowOutput> {
        let outputs = self.outputs.iter_mut();
        outputs
            .map(|output| &*output.get_mut().unwrap_or_else(PoisonError::into_inner))
            .collect()
    }

    /// Codes a frame on so many threads of rayon's current pool. What a decoder makes of it is
    /// left in `frame`.
    ///
    /// A row waits only for the one above, which was begun before: no number of threads is too
    /// small.
    pub(crate) fn encode(
        &mut self,
        context: &FrameContext<'_>,
        filter: &LoopFilter,
        frame: &mut Frame,
        threads: usize,
    ) {
        self.edges.iter_mut().for_each(RowEdges::reset);
        let (outputs, edges) = (&self.outputs[..], &self.edges[..]);
        let done: Vec<AtomicBool> = outputs.iter().map(|_| AtomicBool::new(false)).collect();
        let completion = Mutex::new(Completion {
            context,
            filter,
            frame,
            next: 0,
        });
        let next = AtomicUsize::new(0);
        let work = || {
            let mut worker = Worker::new();
            loop {
                let row = next.fetch_add(1, Ordering::Relaxed);
                let Some(output) = outputs.get(row) else {
                    break;
                };
                let above = row.checked_sub(1).map(|above| &edges[above]);
                let _release = edges[row].release_on_panic();
                let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
                worker.encode_row(context, row, above, &edges[row], &mut output);
                drop(output);
                done[row].store(true, Ordering::Release);
                if let Ok(mut completion) = completion.try_lock() {
                    completion.advance(outputs, &done);
                }
            }
        };
        match threads {
            1 => work(),
            _ => rayon::scope(|scope| {
                for _ in 1..threads.min(outputs.len()) {
                    scope.spawn(|_| work());
                }
                work();
            }),
        }
        let completion = completion
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let mut completion = completion;
        completion.advance(outputs, &done);
        completion.frame.extend();
    }
}

impl Completion<'_> {
    /// Puts complete rows into the frame and filters them.
    fn advance(&mut self, outputs: &[Mutex<RowOutput>], done: &[AtomicBool]) {
        while done
            .get(self.next)
            .is_some_and(|done| done.load(Ordering::Acquire))
        {
            let row = self.next;
            let output = outputs[row].lock().unwrap_or_else(PoisonError::into_inner);
            self.frame.store_row(row, &output.planes);
            let macroblocks = &output.macroblocks;
            self.filter
                .filter_row(self.context.kernels, self.frame, row, macroblocks);
            self.next += 1;
        }
    }
}
