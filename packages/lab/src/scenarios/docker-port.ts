import type { Host } from '../net/host.js'

/** As Docker publishes a port: what comes for it to the host is passed on to port 80 of a container, as far as the host passes anything on. */
export const publishPort = (host: Host, port: number, container: string, table = 'published'): Promise<string> =>
  host.sh(
    `nft 'table inet ${table} { chain in { type nat hook prerouting priority dstnat; fib daddr type local tcp dport ${port} dnat ip to ${container}:80; }; }'`,
  )
