import { stripVTControlCharacters } from 'node:util'
import decodeQR from 'qr/decode.js'
import { expect, test } from 'vitest'
import { clientQr } from './client-qr.js'

/** What a camera makes of the printed lines: four dots a module, light where nothing is. */
const read = (printed: string): string => {
  const scale = 4
  const rows = printed
    .trimEnd()
    .split('\n')
    .map((line) => [...stripVTControlCharacters(line)])
    .flatMap((signs) => ['█▀', '█▄'].map((dark) => signs.map((sign) => dark.includes(sign))))
  const [width, height] = [(rows[0]?.length ?? 0) * scale, rows.length * scale]
  const data = new Uint8Array(width * height * 4).fill(255)
  for (let at = 0; at < width * height; at++) {
    const isDark = rows[Math.floor(at / width / scale)]?.[Math.floor((at % width) / scale)] === true
    if (isDark) data.fill(0, at * 4, at * 4 + 3)
  }
  return decodeQR({ width, height, data })
}

const file = `[Interface]
Address = 10.66.0.254/32, fd66::ffff:ffff:ffff:ff7f/128
PrivateKey = ${'A'.repeat(43)}=
MTU = 1420
PostUp = echo up
PostUp = echo "[Peer]"
PostDown = echo down

[Peer]
PublicKey = ${'B'.repeat(43)}=
AllowedIPs = 10.66.0.0/24, 10.90.2.0/24, 192.168.80.0/24, fd66::/64
Endpoint = 198.51.100.3:51821
PersistentKeepalive = 20
`

test('B5 the code is the file without its commands, and fits into 80 columns', () => {
  const printed = clientQr(file)
  expect(read(printed)).toBe(file.replace(/PostUp.*down\n/s, ''))
  const widths = printed.split('\n').map((line) => stripVTControlCharacters(line).length)
  expect(Math.max(...widths)).toBeLessThanOrEqual(80)
})

test('B5 a file that no code holds is refused, with the way out', () => {
  expect(() => clientQr(file.replace('fd66::/64', Array(300).fill('10.0.0.0/24').join(', ')))).toThrow(
    /more than a QR code holds .* leave --qr out/,
  )
})
