import type { HostChange } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { LinuxHost, Outcome } from '../linux-host.js'
import { chooseResolver } from '../names/choose-resolver.js'
import { rewriteTextFile } from '../names/text-file.js'
import { hostsFile } from '../observe/observe-names.js'
import { writeHosts } from '../render/hosts-text.js'

type NamesChange<K extends HostChange['kind']> = Extract<HostChange, { kind: K }>

/** One rename: whoever looks meets all of the names or those before. */
export const executeSetNames = (host: LinuxHost, { kind, lines }: NamesChange<'set-names'>): Outcome =>
  rewriteTextFile(host.files, hostsFile, kind, (text) => writeHosts(text, host.interfaceName, lines))

export async function executeSetResolvers(host: LinuxHost, { kind, resolvers }: NamesChange<'set-resolvers'>): Outcome {
  const resolver = await chooseResolver(host, kind)
  return E.isLeft(resolver) ? resolver : resolver.right.tell(resolvers, kind)
}
