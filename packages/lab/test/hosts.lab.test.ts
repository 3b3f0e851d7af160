import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { Lab } from '../src/net/lab.js'
import { waitUntil } from '../src/wait-until.js'

test('a host is a machine of its own', async () => {
  await using lab = await Lab.open()
  const [a, b] = await lab.hosts(['alpha', 'beta'])
  expect(await a.sh('cat /proc/sys/kernel/hostname')).toBe('alpha\n')
  await a.sh('echo nameserver 10.0.0.1 > /etc/resolv.conf && touch /run/wireguard/wg0.sock')
  expect(await b.sh('cat /etc/resolv.conf; ls /run/wireguard')).toBe('')
  expect(await a.sh('ls /sys/class/net')).toBe('lo\n')
  expect((await a.sh('ps -e -o comm= 2>/dev/null || true')).split('\n').length).toBeLessThan(8)
})

test('a host has an /etc of its own, in which files may be replaced', async () => {
  const machine = await readFile('/etc/hosts', 'utf8')
  await using lab = await Lab.open()
  const [a, b] = await lab.hosts(['alpha', 'beta'])
  await a.sh('cd /etc && cp hosts hosts.new && echo 10.1.2.3 gamma >> hosts.new && mv hosts.new hosts')
  expect(await a.sh('getent hosts gamma')).toMatch(/^10\.1\.2\.3 +gamma\n$/)
  expect((await b.trySh('getent hosts gamma')).code).toBe(2)
  expect(await b.sh('getent hosts beta; getent passwd root')).toMatch(/^127\.0\.1\.1 +beta\nroot:/)
  expect(await readFile('/etc/hosts', 'utf8')).toBe(machine)
})

test('a command in the shell changes nothing for the next', async () => {
  await using lab = await Lab.open()
  const [host] = await lab.hosts(['alpha'])
  expect((await host.trySh('cd /tmp; exit 7')).code).toBe(7)
  expect((await host.trySh('if (')).code).not.toBe(0)
  expect(await host.sh('echo "it\'s" fine')).toBe("it's fine\n")
  await expect(host.sh('echo why >&2; false')).rejects.toThrow(/alpha: exit code 1[\s\S]*why/)
})

test('a command that hangs fails the host, and says which it was', async () => {
  await using lab = await Lab.open()
  const [host] = await lab.hosts(['alpha'])
  await expect(host.sh('sleep 60', 100)).rejects.toThrow(/alpha: still running after 100 ms: sleep 60/)
})

test('signals reach the process inside, not its keeper', async () => {
  await using lab = await Lab.open()
  const [host] = await lab.hosts(['alpha'])
  const patient = host.spawn('sh', ['-c', 'trap "echo bye; exit 3" TERM; echo up; while :; do sleep 0.05; done'])
  await waitUntil('it is up', () => patient.child.stdout?.read())
  await patient.kill('SIGTERM')
  expect(await patient.ended).toEqual({ code: 3, signal: null })
  const other = host.spawn('sleep', ['60'])
  await other.kill('SIGKILL')
  expect((await other.ended).signal).toBe('SIGKILL')
})

test('a program runs beside the shell, and its outcome is data', async () => {
  await using lab = await Lab.open()
  const [host] = await lab.hosts(['alpha'])
  const options = { cwd: lab.dataFolder, env: { WORD: 'hello' } }
  const result = await host.run('sh', ['-c', 'pwd; echo $WORD >&2; exit 4'], options)
  expect(result).toEqual({ code: 4, stdout: `${lab.dataFolder}\n`, stderr: 'hello\n' })
})

test('closing a host ends what runs in it', async () => {
  await using lab = await Lab.open()
  const [host] = await lab.hosts(['alpha'])
  const sleeper = host.spawn('sleep', ['60'])
  await sleeper.pid()
  await host.close()
  expect((await sleeper.ended).signal).toBe('SIGKILL')
  await expect(host.sh('true')).rejects.toThrow(/closed/)
})

test('outside a sandbox the lab refuses', async () => {
  const mark = process.env.MESHFOLD_SANDBOX
  process.env.MESHFOLD_SANDBOX = ''
  await expect(Lab.open())
    .rejects.toThrow(/inside a sandbox only/)
    .finally(() => {
      process.env.MESHFOLD_SANDBOX = mark
    })
})
