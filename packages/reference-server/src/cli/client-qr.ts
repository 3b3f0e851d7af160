/** A client's file as a QR code on a terminal, for the camera of a phone (B5). */
import { encodeQR } from 'qr'
import { refused } from './cli-error.js'

/** Apps that read such codes refuse files with commands in them. */
const commandLine = /^Post(?:Up|Down) = .*\n/gm

/** Black on white, whatever the terminal's own colours are: not every camera reads the other way round. */
const [blackOnWhite, asBefore] = ['\u001b[38;5;16;48;5;231m', '\u001b[0m']

/** Light around the code, in modules: with less, readers don't find its edge. */
const BORDER = 2

/** Lines of half blocks, two rows of the code in each. Refused where the file is longer than any code. */
export const clientQr = (fileText: string): string => {
  const rows = rowsOf(fileText.replaceAll(commandLine, ''))
  const lines = rows.flatMap((row, at) => (at % 2 === 0 ? [lineOf(row, rows[at + 1] ?? [])] : []))
  return lines.map((line) => `${blackOnWhite}${line}${asBefore}\n`).join('')
}

const lineOf = (upper: readonly boolean[], lower: readonly boolean[]): string =>
  upper.map((isDark, at) => (isDark ? (lower[at] === true ? '█' : '▀') : lower[at] === true ? '▄' : ' ')).join('')

/** As little redundancy as there is: a screen is not torn, and larger modules are read from further away. */
const rowsOf = (text: string): readonly (readonly boolean[])[] => {
  try {
    return encodeQR(text, 'raw', { ecc: 'low', border: BORDER })
  } catch {
    const bytes = new TextEncoder().encode(text).length
    throw refused(
      'client-file-too-long',
      `The file has ${bytes} bytes, more than a QR code holds (2,953). Hand out the file itself: leave --qr out.`,
    )
  }
}
