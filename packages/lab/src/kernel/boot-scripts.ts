/** What the emulated machine does from its first moment on, as shell scripts. */

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/**
 * The first program: it sees the files of the machine that runs it, unwritable, puts a layer of memory over them, and goes on there.
 * `first` are the modules it needs for that, in the order in which they can be loaded.
 */
export const firstScript = (first: readonly string[], kernel: { readonly version: string; readonly modules: string }) =>
  `#!/bin/sh
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t sysfs sysfs /sys
$b mount -t devtmpfs dev /dev
for module in ${first.map(quoted).join(' ')}; do $b insmod "$module" || echo "cannot load $module"; done
$b mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=524288,cache=loose host /below
$b mount -t tmpfs memory /over
$b mkdir /over/changed /over/work /over/root
$b mount -t overlay -o lowerdir=/below,upperdir=/over/changed,workdir=/over/work overlay /over/root
root=/over/root
for folder in proc sys dev; do $b mount --move /$folder $root/$folder; done
$b mkdir -p $root/dev/shm $root/dev/pts $root/lib/modules
for folder in dev/shm run; do $b mount -t tmpfs memory $root/$folder; done
$b rm -rf $root/lib/modules/${kernel.version}
$b ln -s ${quoted(kernel.modules)} $root/lib/modules/${kernel.version}
$b cp /bin/busybox /second $root/run/
exec $b switch_root $root /bin/sh /run/second
`

/** The second: it runs the command with its output on the second serial port, and switches the machine off. */
export const secondScript = (
  command: readonly string[],
  { folder, env }: { readonly folder: string; readonly env: Readonly<Record<string, string>> },
) =>
  `export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
${Object.entries(env)
  .map(([name, value]) => `export ${name}=${quoted(value)}`)
  .join('\n')}
ln -sf /proc/self/fd /dev/fd
for number in '0 stdin' '1 stdout' '2 stderr'; do ln -sf /proc/self/fd/\${number% *} /dev/\${number#* }; done
for module in wireguard tun veth nf_tables; do modprobe $module; done
ip link set lo up
/run/busybox stty -F /dev/ttyS1 raw -echo
echo "up after $(cut -d' ' -f1 /proc/uptime) s"
cd ${quoted(folder)}
${command.map(quoted).join(' ')} >/dev/ttyS1
echo "ended with code $?"
/run/busybox sync
/run/busybox poweroff -f
`
