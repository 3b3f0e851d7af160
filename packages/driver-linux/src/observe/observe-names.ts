import type { ObservedNames } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { LinuxHost, Outcome } from '../linux-host.js'
import { chooseResolver } from '../names/choose-resolver.js'
import { readTextFile } from '../names/text-file.js'
import { type HostsReading, readHosts } from '../render/hosts-text.js'

/** Names that programs look up before they ask anybody (hosts(5)). */
export const hostsFile = '/etc/hosts'

/** Our names, the names of others, and what the resolver was told. */
export async function observeNames(host: LinuxHost, action: string): Outcome<ObservedNames> {
  const file = await readTextFile(host.files, hostsFile, action)
  if (E.isLeft(file)) return file
  const resolver = await chooseResolver(host, action)
  if (E.isLeft(resolver)) return resolver
  const servers = await resolver.right.find(action)
  if (E.isLeft(servers)) return servers
  const { means } = resolver.right
  return E.right({ ...readOnce(host, file.right.text), ...servers.right, means })
}

/** Thousands of lines that are as they were are not read again. */
function readOnce({ seenHosts, interfaceName }: LinuxHost, text: string | undefined): HostsReading {
  const { current } = seenHosts
  if (current !== undefined && current.text === text) return current.reading
  const reading = readHosts(text, interfaceName)
  seenHosts.current = { text, reading }
  return reading
}
