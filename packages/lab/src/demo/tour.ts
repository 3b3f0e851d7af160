/**
 * `npm run demo -- --tour`: what a mesh can be made to do, step by step on the demo's own hosts, with what really came of it. The first
 * two hosts become gateways, the third a router, the last a relayed node; a phone and an office printer join from outside.
 */
import type { Mesh } from '../mesh/mesh.js'
import type { Host } from '../net/host.js'
import { PingStream, ping } from '../net/ping.js'
import { hasPeers, mayBeGateways } from '../scenarios/mesh-commands.js'
import { eventsOf } from '../scenarios/server-view.js'
import { waitUntil } from '../wait-until.js'
import { TourGuide } from './tour-guide.js'
import type { TourStep } from './tour-step.js'

/** Plays it on a mesh that is up, and says what each step showed. */
export async function playTour(mesh: Mesh, print: (text: string) => void): Promise<readonly TourStep[]> {
  const guide = new TourGuide(mesh, print)
  // The lab's internet has addresses that no real gateway would have.
  await mayBeGateways(mesh)
  await gatewayAndRelay(guide, mesh)
  await egress(guide, mesh)
  await client(guide, mesh)
  await question(guide)
  await gatewayDies(guide, mesh)
  return guide.steps
}

async function gatewayAndRelay(guide: TourGuide, mesh: Mesh): Promise<void> {
  guide.step('Two gateways, and a node that hides behind them')
  const [relayed, other] = [mesh.member(4), mesh.member(3)]
  await guide.meshfold('command', 'CreateGateway', '--node-id', 'h1')
  await guide.meshfold('command', 'CreateGateway', '--node-id', 'h2')
  guide.say('From now on h5 has no other way than h1, with h2 to stand by:')
  await guide.meshfold('command', 'AssignRelay', '--node-id', 'h5', '--gateway-ids', 'h1', '--gateway-ids', 'h2')
  await hasPeers(mesh, relayed, 1)
  await guide.on(relayed.host, `wg show ${relayed.agent.interfaceName} allowed-ips`)
  await reaches(guide, other.host, await mesh.address(relayed), 'h4 reaches h5')
}

async function egress(guide: TourGuide, mesh: Mesh): Promise<void> {
  guide.step('A network behind a host')
  const office = await mesh.lab.lan('office', { network: '192.168.77' })
  const [printer] = await mesh.lab.hosts(['printer'])
  await office.attach([mesh.member(2).host], 'eth1')
  const [port] = await office.attach([printer])
  guide.say(`A printer at ${port?.ipv4}, on a LAN that only h3 is on, and that knows nothing of the mesh:`)
  const routers = JSON.stringify({ nodeId: 'h3', interfaceName: 'eth1' })
  const range = ['--name', 'office', '--ranges', '192.168.77.0/24', '--routers', routers]
  await guide.meshfold('command', 'AddEgress', '--network-id', 'demo', ...range)
  await reaches(guide, mesh.member(4).host, port?.ipv4 ?? '', 'h5, behind its gateway, reaches the printer behind h3')
}

async function client(guide: TourGuide, mesh: Mesh): Promise<void> {
  guide.step('A phone with nothing but WireGuard')
  const [phone] = await mesh.lab.publicHosts(['phone'])
  const publicKey = (await phone.sh('umask 077; wg genkey > /run/phone.key; wg pubkey < /run/phone.key')).trim()
  const plan = ['--gateway-id', 'h2', '--name', 'phone', '--public-key', publicKey]
  await guide.meshfold('command', 'AddClient', ...plan)
  const file = await guide.meshfold('client', 'file', 'phone')
  guide.say('The phone puts its own private key in, which nobody else ever had, and starts:')
  const ownKey = `sed -i "s|^PrivateKey = .*|PrivateKey = $(cat /run/phone.key)|; /^DNS = /d" /run/wg-phone.conf`
  await phone.sh(`umask 077; cat > /run/wg-phone.conf <<'FILE'\n${file}\nFILE\n${ownKey}`)
  await phone.sh('wg-quick up /run/wg-phone.conf 2>&1')
  await reaches(guide, phone, await mesh.address(mesh.member(4)), 'the phone reaches h5, from gateway to gateway')
}

async function question(guide: TourGuide): Promise<void> {
  guide.step('Questions: what would this change, and how does a packet go?')
  guide.say('Should only what policies allow pass from now on? Asked before it is done:')
  const closed = ['SwitchDefaultPolicy', '--network-id', 'demo', '--everyone-allowed', 'false', '--dry-run']
  await guide.meshfold('command', ...closed)
  guide.say('Nothing was changed, so h4 still reaches h5. By which way?')
  const answer = await guide.meshfold('explain', 'h4', 'h5', '--tcp', '443')
  guide.found('the answer names every hop', answer.includes('h1'))
}

async function gatewayDies(guide: TourGuide, mesh: Mesh): Promise<void> {
  guide.step('A gateway dies')
  const [gateway, relayed, other] = [mesh.member(0), mesh.member(4), mesh.member(3)]
  const head = (await eventsOf(mesh.server)).length
  const stream = new PingStream(other.host, await mesh.address(relayed), everyMs)
  await waitUntil('pings are answered', () => stream.soFar.received > 20)
  guide.say(`h4 pings h5 ten times a second. h1 is switched off: its agent and its tunnel are gone at once.`)
  await gateway.agent.kill()
  await guide.on(gateway.host, `ip link del ${gateway.agent.interfaceName}`)
  const before = stream.soFar.received
  const goesOn = () => stream.soFar.received > before + 30
  const survived = await waitUntil('pings are answered again', goesOn, { limitMs: 20_000 }).catch(() => false)
  const { lost } = await stream.stop()
  guide.found(`h5 is reached through h2, after ${((lost * everyMs) / 1_000).toFixed(1)} s without an answer`, survived)
  guide.say('Nobody was asked: h5 noticed, chose, and told the others. The server was told afterwards:')
  await waitUntil('the server knows', async () =>
    (await eventsOf(mesh.server)).some(({ type }) => type === 'RelayMoved'),
  ).catch(() => {})
  await guide.meshfold('events', '--from', String(head))
}

const everyMs = 100

async function reaches(guide: TourGuide, from: Host, address: string, what: string): Promise<void> {
  const answered = await waitUntil('it is reached', () => ping(from, address)).catch(() => undefined)
  const detail = answered === undefined ? '' : `, ${answered} ms there and back`
  guide.found(`${what} (${address})${detail}`, answered !== undefined)
}
