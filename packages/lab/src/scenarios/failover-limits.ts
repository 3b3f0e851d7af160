/** How long what dies may be felt; F3 wants five seconds, and a machine under load takes longer for the same. */
import type { TcpStream } from '../net/tcp-stream.js'
import type { Stage } from './scenario.js'

/** Seconds without pings, or until a new connection works. */
export const awayLimitSeconds = 8

/** Of a TCP connection: it sends again after 0.2, 0.4, 0.8 s and so on, and the path may be back just after such a try. */
const silenceLimitSeconds = 12

/** Says that a connection lived through it, and was not silent for longer than it takes; `of` where there are several. */
export function checkSilence({ check, metric }: Pick<Stage, 'check' | 'metric'>, stream: TcpStream, of?: string): void {
  const seconds = Math.round(stream.longestSilenceMs / 100) / 10
  metric(`${of ?? 'tcp'}-silence-s`, seconds)
  const isAlive = stream.isOpen && seconds < silenceLimitSeconds
  const what =
    of === undefined ? 'the TCP connection lived through it' : `through the ${of}: the connection lived through it`
  check(`${what}, silent for less than ${silenceLimitSeconds} s`, isAlive, `${seconds} s`)
}
