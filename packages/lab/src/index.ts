/**
 * The lab: hosts in network namespaces, real packets between them.
 *
 * Everything runs inside one sandbox (`runInSandbox`), so that no mistake in it can reach the machine's own interfaces
 * or firewall. In it, a `Lab` holds an internet (`Router`), hosts on it, NAT boxes, LANs and slow wires; on the hosts run
 * the real server and real agents as processes of their own.
 */

export { type LeftOut, leaveOut } from './left-out.js'
export { type ApiAddress, ApiClient, ApiRefused } from './mesh/api-client.js'
export { Mesh, type MeshMember, type MeshPlan } from './mesh/mesh.js'
export { type AgentPlan, MeshAgent } from './mesh/mesh-agent.js'
export { meshNetwork } from './mesh/mesh-network.js'
export { MeshServer, type ServerPlan } from './mesh/mesh-server.js'
export type { TunnelPeer, TunnelState } from './mesh/tunnel-state.js'
export { type DnsServer, startDnsServer } from './net/dns-server.js'
export { Host, HostCommandFailed } from './net/host.js'
export { HostProcess, type ProcessEnd, type SpawnOptions } from './net/host-process.js'
export { type HostResolver, makeResolver } from './net/host-resolver.js'
export { type AnsweredPorts, answerOn, type Followed, follow, type Knock, knock } from './net/knock.js'
export { Lab, type LabOptions } from './net/lab.js'
export { Lan, type LanPlan, type LanPort } from './net/lan.js'
export { NatBox, type NatBoxPlan } from './net/nat-box.js'
export type { NatKind } from './net/nat-rules.js'
export { type PairPing, type PingMatrix, PingStream, type PingTarget, ping, pingMatrix } from './net/ping.js'
export type { PingCount } from './net/ping-output.js'
export { type AttachRequest, Router } from './net/router.js'
export type { ShellResult } from './net/shell-channel.js'
export type { Uplink } from './net/uplink.js'
export type { Wire, WireSettings } from './net/wire.js'
export { type Keys, makeKeys } from './net/wireguard-keys.js'
export type { SandboxProbe } from './sandbox/judge-sandbox.js'
export { probeSandbox } from './sandbox/probe-sandbox.js'
export { runInSandbox, SandboxImpossible, type SandboxRun, type SandboxRunOptions } from './sandbox/run-in-sandbox.js'
export { type FoundResolver, findResolver, type ResolverPackage } from './tools/resolver-packages.js'
export { type WaitOptions, waitUntil } from './wait-until.js'
