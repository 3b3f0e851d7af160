/** What stands outside the mesh and sees what comes of it: a web server, and counters on a host's own uplink. */
import type { Host } from '../net/host.js'
import type { Lab } from '../net/lab.js'
import { waitUntil } from '../wait-until.js'

const webPort = 8080

const answerWho = `
const http = require('node:http')
const server = http.createServer(({ socket }, answer) => {
  answer.setHeader('connection', 'close')
  answer.end(process.argv[1] + ' ' + socket.remoteAddress.replace('::ffff:', ''))
})
server.listen(${webPort}, '::', () => console.log('ready'))
`

const askWho = `
const http = require('node:http')
const asked = http.get(process.argv[1], { timeout: Number(process.argv[2]) }, (answer) => {
  let text = ''
  answer.on('data', (part) => { text += part }).on('end', () => console.log(text))
})
asked.on('timeout', () => asked.destroy()).on('error', () => process.exit(3))
`

/** Answers everybody with its name and the address that it sees them at. */
export async function startWeb(host: Host): Promise<void> {
  const web = host.spawn(process.execPath, ['-e', answerWho, host.name])
  let said = ''
  web.child.stdout?.on('data', (text: Buffer) => {
    said += text.toString()
  })
  await waitUntil(`${host.name} serves`, () => said.includes('ready') || undefined)
}

/** What the web server at this address answers; `undefined`: nothing, for so long. */
export async function askWeb(from: Host, address: string, limitMs = 3_000): Promise<string | undefined> {
  const url = `http://${address.includes(':') ? `[${address}]` : address}:${webPort}/`
  const { code, stdout } = await from.run(process.execPath, ['-e', askWho, url, String(limitMs)])
  return code === 0 ? stdout.trim() : undefined
}

/** A web server on the internet. */
export async function openWeb(
  lab: Lab,
): Promise<{ readonly host: Host; readonly addresses: readonly [string, string] }> {
  const [host] = await lab.publicHosts(['web'])
  await startWeb(host)
  const { ipv4, ipv6 } = lab.inet.uplink(host).address
  return { host, addresses: [ipv4, ipv6] }
}

/** Traffic that may leave a host outside its tunnel, as nft's matches say it. */
const watchText = (allowed: readonly string[]) => `
table inet watch
delete table inet watch
table inet watch {
  set leaked4 { type ipv4_addr . inet_proto; size 1000; flags dynamic; }
  set leaked6 { type ipv6_addr . inet_proto; size 1000; flags dynamic; }
  chain post {
    type filter hook postrouting priority 300; policy accept;
    oifname != "eth0" accept
    ct direction reply accept
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit, mld2-listener-report } accept
    ${allowed.map((match) => `${match} accept`).join('\n    ')}
    add @leaked4 { ip daddr . ip protocol }
    add @leaked6 { ip6 daddr . ip6 nexthdr }
  }
}
`

/** Notes from now on what leaves over the uplink and is neither allowed nor an answer. */
export async function watchUplink(host: Host, allowed: readonly string[]): Promise<void> {
  await host.sh(`nft -f - <<'NFT'\n${watchText(allowed)}\nNFT`)
}

/** Where packets went that should not have left, with their protocol's number. */
export async function leaked(host: Host): Promise<readonly string[]> {
  const lists = await host.sh('nft -j list set inet watch leaked4; nft -j list set inet watch leaked6')
  return [...lists.matchAll(/\{"concat": \["([^"]+)", ("?[^"\]]+"?)\]/g)].map(
    ([, address, protocol]) => `${address} ${protocol}`,
  )
}
