/** Hosts whose tables of iptables are all there, as they are where somebody uses them. */
import type { Host } from '../../../lab/src/index.js'

export async function useIptables(host: Host, kind: 'legacy' | 'nft'): Promise<void> {
  for (const tables of [`iptables-${kind}`, `ip6tables-${kind}`])
    await host.sh(`printf '%s\\n' ${tablesInUse.map((line) => `'${line}'`).join(' ')} | ${tables}-restore`)
}

/** With a rule of somebody else's. */
const tablesInUse = [
  '*filter',
  ...[':INPUT ACCEPT', ':FORWARD ACCEPT', ':OUTPUT ACCEPT', '-A INPUT -p tcp --dport 9 -j DROP', 'COMMIT'],
  '*nat',
  ...[':PREROUTING ACCEPT', ':INPUT ACCEPT', ':OUTPUT ACCEPT', ':POSTROUTING ACCEPT', 'COMMIT'],
  '*mangle',
  ...[':PREROUTING ACCEPT', ':INPUT ACCEPT', ':FORWARD ACCEPT', ':OUTPUT ACCEPT', ':POSTROUTING ACCEPT', 'COMMIT'],
]
