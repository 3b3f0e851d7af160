import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Lab, ping, waitUntil } from '../src/index.js'

const ipv4 = 0x0800

test("every host's packets are written down, each with its interface", async () => {
  const pcapFolder = await mkdtemp(join(tmpdir(), 'meshfold-pcap-'))
  try {
    await using lab = await Lab.open({ pcapFolder })
    const [a, b] = await lab.publicHosts(['a', 'b'])
    const address = lab.inet.uplink(b).address.ipv4
    expect(await ping(a, address)).toBeDefined()
    const wanted = Buffer.from(address.split('.').map(Number))
    // pcap with link type LINUX_SLL2: 16 bytes before each packet, then 20 of which bytes 4 to 8 are the interface.
    const request = await waitUntil('the echo request is written down', async () =>
      packetsOf(await readFile(join(pcapFolder, 'b.pcap'))).find(
        (each) => each.readUInt16BE(0) === ipv4 && each.includes(wanted),
      ),
    )
    const index = Number(await b.sh('cat /sys/class/net/eth0/ifindex'))
    expect(request.readUInt32BE(4)).toBe(index)
  } finally {
    await rm(pcapFolder, { recursive: true, force: true })
  }
})

function packetsOf(file: Buffer): readonly Buffer[] {
  expect([file.readUInt32LE(0), file.readUInt32LE(20)]).toEqual([0xa1b2c3d4, 276])
  const packets: Buffer[] = []
  for (let at = 24; at + 16 <= file.length; ) {
    const size = file.readUInt32LE(at + 8)
    packets.push(file.subarray(at + 16, at + 16 + size))
    at += 16 + size
  }
  return packets
}
