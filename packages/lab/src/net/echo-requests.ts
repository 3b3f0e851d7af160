/** Echo requests, many at once: `ping` would be a process for each of them, and Node has no raw sockets. */
import type { Host } from './host.js'

/** One echo request. It counts as unanswered after `limitMs`. */
export interface EchoRequest {
  /** The address to come from; `null`: whichever the host would take. */
  readonly from: string | null
  readonly to: string
  readonly limitMs: number
}

/**
 * Reads a line for each request: from, to, milliseconds; asks again every 300 ms; prints the places of those that were answered.
 * perl is part of every Debian.
 */
const program = `
use strict; use Socket qw(:DEFAULT inet_pton pack_sockaddr_in6 unpack_sockaddr_in6 IPPROTO_ICMPV6 AF_INET6);
use IO::Select; use Time::HiRes qw(time);
# Another program's number may be the same, in another namespace, and an answer to its request may come here: what is sent tells them apart.
my (@asked, %sockets, %answered); my $mark = $$ & 0xffff; my $token = pack("N2", rand(2 ** 32), rand(2 ** 32));
sub socket_for { my ($six, $from) = @_;
  return $sockets{"$six$from"} //= do {
    my ($family, $protocol) = $six ? (AF_INET6, IPPROTO_ICMPV6) : (AF_INET, 1);
    socket(my $socket, $family, SOCK_RAW, $protocol) or die "socket: $!";
    my $at = $from eq "-" ? undef : inet_pton($family, $from);
    bind($socket, $six ? pack_sockaddr_in6(0, $at) : pack_sockaddr_in(0, $at)) or die "bind $from: $!" if defined $at;
    $socket };
}
sub checksum { my $sum = unpack("%32n*", $_[0]); $sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16; return ~$sum & 0xffff }
while (<STDIN>) { chomp; my ($from, $to, $limit) = split / /; my $six = $to =~ /:/ ? 1 : 0;
  my $socket = eval { socket_for($six, $from) };
  my $address = inet_pton($six ? AF_INET6 : AF_INET, $to);
  push @asked, { six => $six, socket => $socket, address => $address, limit => $limit / 1000,
    to => $six ? pack_sockaddr_in6(0, $address) : pack_sockaddr_in(0, $address) };
}
my $began = time; my $next = 0; my $select = IO::Select->new(values %sockets);
while (1) {
  my $passed = time - $began;
  my @waiting = grep { defined $asked[$_]{socket} && !$answered{$_} && $passed < $asked[$_]{limit} } 0 .. $#asked;
  if (@waiting && $passed >= $next) { $next += 0.3;
    for my $at (@waiting) { my $each = $asked[$at];
      my $packet = pack("CCnnna8", $each->{six} ? 128 : 8, 0, 0, $mark, $at, $token);
      $packet = pack("CCnnna8", 8, 0, checksum($packet), $mark, $at, $token) unless $each->{six};
      send($each->{socket}, $packet, 0, $each->{to});
    } }
  my @ready = $select->can_read(@waiting ? 0.05 : 0);
  # What came counts, though a busy machine let this program look at it only after the time was over.
  last unless @waiting || @ready;
  for my $ready (@ready) {
    my $peer = recv($ready, my $packet, 2048, 0) or next;
    my $six = sockaddr_family($peer) == AF_INET6;
    $packet = substr($packet, (ord($packet) & 15) * 4) unless $six;
    my ($type, undef, undef, $of, $at) = unpack("CCnnn", $packet);
    next unless defined $at && substr($packet, 8) eq $token && $type == ($six ? 129 : 0) && $of == $mark && $at <= $#asked;
    my $address = $six ? (unpack_sockaddr_in6($peer))[1] : (unpack_sockaddr_in($peer))[1];
    $answered{$at} = 1 if $address eq $asked[$at]{address};
  }
}
print join(" ", sort { $a <=> $b } keys %answered), "\\n";
`

/** Sends all at once; in their order, whether each was answered within its limit. */
export async function echoes(host: Host, requests: readonly EchoRequest[]): Promise<readonly boolean[]> {
  const input = requests.map(({ from, to, limitMs }) => `${from ?? '-'} ${to} ${limitMs}\n`).join('')
  const ended = await host.run('perl', ['-e', program], { input, isAlone: true })
  if (ended.code !== 0) throw new Error(`${host.name} could not send echo requests: ${ended.stderr}`)
  const answered = new Set(ended.stdout.trim().split(' '))
  return requests.map((_, at) => answered.has(String(at)))
}
