/**
 * Name servers of ours in a resolv.conf, in place of those that are there. Theirs become comments with our mark, so that the file itself
 * says what it was: a comment behind a server's address the C library would not read.
 */
import { type IpAddress, parseIpAddress } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'

const FILE_MADE = ', and there was no file'

const marksOf = (interfaceName: string) => ({
  begin: `# BEGIN meshfold ${interfaceName}: all names are asked for through the mesh`,
  end: `# END meshfold ${interfaceName}`,
  hidden: `#meshfold ${interfaceName}#`,
})

/** The servers of ours that it has, in order; `spoilt`: not as we leave it. */
export function readResolvConf(text: string | undefined, interfaceName: string): readonly IpAddress[] | 'spoilt' {
  const { own, rest } = splitResolvConf(text ?? '', interfaceName)
  const servers = own.flatMap((line) => {
    const address = parseIpAddress(/^nameserver (\S+)$/.exec(line)?.[1] ?? '')
    return E.isRight(address) ? [address.right] : []
  })
  if (own.length === 0 && rest === (text ?? '')) return []
  return servers.length > 0 && writeResolvConf(text, interfaceName, servers) === text ? servers : 'spoilt'
}

/** The servers that it names by somebody else's hand, those included that are comments while it has ours. */
export const serversOfOthers = (text: string | undefined, interfaceName: string): readonly IpAddress[] =>
  serversIn(splitResolvConf(text ?? '', interfaceName).rest)

/** The servers of a resolv.conf, in order. What is no address, or one that holds on one link alone, is left out. */
export const serversIn = (text: string): readonly IpAddress[] =>
  [...text.matchAll(/^[ \t]*nameserver[ \t]+(\S+)/gm)].flatMap(([, word = '']) => {
    const address = parseIpAddress(word)
    return E.isRight(address) ? [address.right] : []
  })

/** The file with these servers alone; without any as it was before. `undefined`: no file is left. */
export function writeResolvConf(
  text: string | undefined,
  interfaceName: string,
  servers: readonly IpAddress[],
): string | undefined {
  const { begin, end, hidden } = marksOf(interfaceName)
  const { own, rest } = splitResolvConf(text ?? '', interfaceName)
  const wasMade = text === undefined || own[0]?.includes(FILE_MADE) === true
  if (servers.length === 0) return wasMade && rest === '' ? undefined : rest
  const block = [`${begin}${wasMade ? FILE_MADE : ''}`, ...servers.map((server) => `nameserver ${server}`), end]
  return `${block.join('\n')}\n${rest.replace(/^[ \t]*nameserver\b/gm, `${hidden}$&`)}`
}

/** Our block, and what is around it, as it was. Where somebody took its end away, it ends with the servers that follow each other. */
function splitResolvConf(
  text: string,
  interfaceName: string,
): { readonly own: readonly string[]; readonly rest: string } {
  const { begin, end, hidden } = marksOf(interfaceName)
  const own: string[] = []
  const rest: string[] = []
  let isInside = false
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const bare = line.trimEnd()
    if (bare.startsWith(begin)) isInside = true
    else if (isInside && bare !== end && !bare.startsWith('nameserver ')) isInside = false
    if (isInside || bare === end) own.push(bare)
    else rest.push(line.startsWith(hidden) ? line.slice(hidden.length) : line)
    if (bare === end) isInside = false
  }
  return { own, rest: rest.join('') }
}
