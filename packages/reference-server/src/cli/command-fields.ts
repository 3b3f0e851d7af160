/** Fields of commands as options: `--gateway-ids`, what each takes, and what becomes of the text that was given. */
import type { CodecOutline, FieldOutline } from '@meshfold/core'
import { usage } from './cli-error.js'
import { parseMoment } from './parse-options.js'

/** What the option of a field takes, in words. */
export const fieldHelp = ({ takes, isRequired, isFresh }: FieldOutline, isAsked: boolean): string =>
  [
    ...(isAsked ? ['required'] : []),
    outlineText(takes),
    ...(isRequired && takes.kind === 'list' && takes.fewest === 0 ? ["'[]' for none"] : []),
    ...(isFresh ? ['made by the server when left out'] : []),
  ].join('; ')

/** `--node-id` for `nodeId`. */
export const flagOf = ({ name }: Pick<FieldOutline, 'name'>): string =>
  `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

/** What an option takes, in words. */
const outlineText = (outline: CodecOutline): string => {
  switch (outline.kind) {
    case 'value':
      return words.get(outline.name) ?? outline.name
    case 'constant':
      return String(outline.value)
    case 'list':
      return `${outlineText(outline.item)}; may be given again`
    case 'object':
      return `{${outline.fields.map(fieldText).join(', ')}}`
    case 'choice':
      return outline.options.map(outlineText).join(' | ')
  }
}

const fieldText = ({ name, isRequired, takes }: FieldOutline): string =>
  `"${name}"${isRequired ? '' : '?'}: ${jsonText(takes)}`

/** As it stands in JSON. */
const jsonText = (takes: CodecOutline): string => {
  switch (takes.kind) {
    case 'list':
      return `[${jsonText(takes.item)}]`
    case 'constant':
      return JSON.stringify(takes.value)
    case 'choice':
      return takes.options.map(jsonText).join(' | ')
    default:
      return outlineText(takes)
  }
}

const words: ReadonlyMap<string, string> = new Map([
  ['EpochMs', '30m, 24h, 7d, or a date'],
  ['IpPrefix', 'a range such as 10.66.0.0/24'],
  ['IpAddress', 'an IP address'],
  ['Ipv4Address', 'an IPv4 address'],
  ['Ipv6Address', 'an IPv6 address'],
  ['WireguardPublicKey', 'a WireGuard public key'],
  ['IdentityPublicKey', 'an identity key'],
  ['HostName', 'a name'],
  ['NetworkName', 'a name'],
  ['TagName', 'a tag'],
  ['UdpEndpoint', 'ADDRESS:PORT'],
  ...['Node', 'Host', 'Network', 'Client', 'Policy', 'Egress', 'User', 'Group', 'Resolver', 'Mesh', 'Member'].map(
    (thing) => [`${thing}Id`, `id of a ${thing.toLowerCase()}`.replace(/a (?=[ae])/, 'an ')] as const,
  ),
  ['DeviceId', 'id of a device'],
  ['EnrollmentKeyId', 'id of an enrolment key'],
  ['PolicyTestId', 'id of a policy test'],
  ['DnsRecordId', 'id of a DNS record'],
  ['ApiTokenId', 'id of an API token'],
])

/** The value that the texts of one option stand for: of a list several, of anything else the last. */
export const fieldValue = (field: FieldOutline, texts: readonly string[], nowEpochMs: () => number): unknown => {
  const read = (outline: CodecOutline, text: string) => typedValue(field, outline, text, nowEpochMs)
  const list = alternatives(field.takes).find((each) => each.kind === 'list')
  const [only = ''] = texts
  if (list === undefined) return read(field.takes, texts.at(-1) ?? '')
  if (texts.length === 1 && (only.startsWith('[') || constantOf(field.takes, only) !== undefined))
    return read(field.takes, only)
  return texts.map((text) => read(list.item, text))
}

const typedValue = (field: FieldOutline, takes: CodecOutline, text: string, nowEpochMs: () => number): unknown => {
  const constant = constantOf(takes, text)
  if (constant !== undefined) return constant.value
  const all = alternatives(takes)
  if (/^[[{]/.test(text) && all.some(({ kind }) => kind === 'object' || kind === 'list'))
    return jsonOf(text, `of ${flagOf(field)}`)
  const names = all.flatMap((each) => (each.kind === 'value' ? [each.name] : []))
  if (/^-?\d+(\.\d+)?$/.test(text) && names.some((name) => /^(a whole number|milliseconds|EpochMs)/.test(name)))
    return Number(text)
  return names.includes('EpochMs') ? momentOf(field, text, nowEpochMs) : text
}

const momentOf = (field: FieldOutline, text: string, nowEpochMs: () => number): number | null => {
  try {
    return parseMoment(nowEpochMs)(text)
  } catch (thrown) {
    throw usage(`${flagOf(field)}: ${(thrown as Error).message}`)
  }
}

/** JSON that somebody typed. */
export const jsonOf = (text: string, where: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw usage(`The text ${where} is no JSON. Mind the shell: put it into single quotes.`)
  }
}

const alternatives = (outline: CodecOutline): readonly CodecOutline[] =>
  outline.kind === 'choice' ? outline.options.flatMap(alternatives) : [outline]

const constantOf = (outline: CodecOutline, text: string): Extract<CodecOutline, { kind: 'constant' }> | undefined =>
  alternatives(outline).find(
    (each): each is Extract<CodecOutline, { kind: 'constant' }> =>
      each.kind === 'constant' && String(each.value) === text,
  )
