import { join } from 'node:path'
import { makeFolder } from '../make-folder.js'
import { waitUntil } from '../wait-until.js'
import type { Host } from './host.js'

/**
 * Writes every packet of every interface, in the format of tcpdump's `-i any` (link type LINUX_SLL2, so that each tells its interface).
 * perl is part of every Debian, tcpdump is not. AF_PACKET's address is this link type's header but for the order of its bytes.
 */
const program = `
use strict; use Socket; use Time::HiRes qw(gettimeofday); use IO::Handle;
socket(my $socket, 17, SOCK_DGRAM, unpack("S", pack("n", 3))) or die "socket: $!";
open(my $file, ">:raw", $ARGV[0]) or die "$ARGV[0]: $!"; $file->autoflush(1);
print $file pack("LSSlLLL", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 276); print "ready\\n"; STDOUT->flush();
while (defined(my $from = recv($socket, my $packet, 65536, 0))) {
  my (undef, $protocol, $interface, $kind, $type, $length, $address) = unpack("SnLSCCa8", $from);
  my ($seconds, $micros) = gettimeofday;
  my $size = 20 + length($packet);
  print $file pack("LLLL", $seconds, $micros, $size, $size), pack("nnNnCCa8", $protocol, 0, $interface, $kind, $type, $length, $address), $packet;
}
`

/** Has all packets of a host, of every interface that it has or will have, written to `<host>.pcap` until the host is closed. */
export async function capture(host: Host, folder: string): Promise<void> {
  makeFolder(folder)
  const writing = host.spawn('perl', ['-e', program, join(folder, `${host.name}.pcap`)])
  let said = ''
  for (const stream of [writing.child.stdout, writing.child.stderr])
    stream?.on('data', (text: Buffer) => {
      said += text.toString()
    })
  await waitUntil(`the packets of ${host.name} are written down`, () => {
    if (!writing.running) throw new Error(`The packets of ${host.name} can't be written down: ${said}`)
    return said.includes('ready')
  })
}
