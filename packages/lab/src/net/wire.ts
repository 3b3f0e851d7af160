import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { programFile } from '../program-file.js'
import { toolPath } from '../tool-path.js'
import { ipBatch, type LinkEnds } from './links.js'

/** What a wire does to each frame, in each direction. */
export interface WireSettings {
  readonly delayMs?: number
  /** Up to this much is added to the delay, at random. */
  readonly jitterMs?: number
  readonly lossPercent?: number
}

/** A wire between two hosts: a process of ours, since the kernel at hand may know no queue that delays. */
export interface Wire {
  /** Changes what is named, from the next frame on. */
  set(settings: WireSettings): void
  close(): Promise<void>
}

/** Opens TAP devices (perl is part of every Debian, and can call TUNSETIFF), then becomes the given program. */
const openTaps = `
use strict; use Fcntl; $^F = 64; my @numbers; my @handles;
while (@ARGV && $ARGV[0] ne "--") {
  my $name = shift;
  sysopen(my $tap, "/dev/net/tun", O_RDWR) or die "/dev/net/tun: $!";
  ioctl($tap, 0x400454ca, pack("a16S x22", $name, 0x1002)) or die "TUNSETIFF: $!";
  push @handles, $tap; push @numbers, fileno($tap);
}
shift; $ENV{TAP_FDS} = join(",", @numbers); exec @ARGV or die "exec: $!";
`

let nextWire = 1

/** Lays a wire between two hosts; its ends appear there as interfaces, which are down. */
export async function layWire(ends: LinkEnds, settings: WireSettings): Promise<Wire> {
  const names = [`w${process.pid}a${nextWire}`, `w${process.pid}b${nextWire}`]
  nextWire += 1
  const carrier = spawn('perl', ['-e', openTaps, ...names, '--', process.execPath, programFile('wire-process')], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, PATH: toolPath() },
  })
  carrier.stdin.on('error', () => {})
  await started(carrier)
  await ipBatch(
    ends.map(({ host, interfaceName }, end) => `link set ${names[end]} netns ${host.pid} name ${interfaceName}`),
  )
  const set = (change: WireSettings) => void carrier.stdin.write(`${JSON.stringify(change)}\n`)
  set(settings)
  return { set, close: () => stop(carrier) }
}

async function started(carrier: ChildProcess): Promise<void> {
  let errors = ''
  carrier.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const died = once(carrier, 'exit').then(() => Promise.reject(new Error(`The wire did not start: ${errors}`)))
  const ready = carrier.stdout === null ? died : once(carrier.stdout, 'data')
  await Promise.race([ready, died])
  died.catch(() => {})
}

async function stop(carrier: ChildProcess): Promise<void> {
  if (carrier.exitCode !== null || carrier.signalCode !== null) return
  const gone = once(carrier, 'exit')
  carrier.kill('SIGKILL')
  await gone
}
