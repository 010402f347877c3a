#!/bin/busybox sh
# The first and only process of the virtual machine.
/bin/busybox mkdir -p /proc /sys /dev /share
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sys /sys
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox --install -s /bin
export PATH=/bin
while read -r module parameters; do
  # Unquoted: each word is a parameter.
  insmod "/modules/$module" $parameters || echo "$module does not load"
done < /modules/list
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 share /share
cd /share || poweroff -f
sh ./run.sh > output 2>&1
echo $? > status
sync
poweroff -f
