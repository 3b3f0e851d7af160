import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  endpointRefusal,
  type HostName,
  type IpPrefix,
  normaliseIpPrefix,
  parseHostName,
  parseUdpEndpoint,
  type UdpEndpoint,
} from '@meshfold/core'
import { InvalidArgumentError } from 'commander'
import * as E from 'fp-ts/lib/Either.js'
import { parseServerUrl } from '../enrollment/http-post.js'
import { usageFailure } from './cli-failure.js'

/** Where an agent keeps its state unless told otherwise. */
export const DEFAULT_STATE = '/var/lib/meshfold-agent'

/** Each reads one option; commander says which it was. */
export const folderOption = (text: string): string => resolve(text)

export function serverOption(text: string): URL {
  const url = parseServerUrl(text)
  if (E.isLeft(url)) throw new InvalidArgumentError(`${url.left}.`)
  return url.right
}

export function portOption(text: string): number {
  const port = /^[1-9][0-9]{0,4}$/.test(text) ? Number(text) : 0
  if (port < 1 || port > 65_535) throw new InvalidArgumentError('A port is a number from 1 to 65535.')
  return port
}

/** Shorter than three heartbeats, it would judge before anything can be heard. */
export function windowOption(text: string): number {
  const seconds = /^[0-9]{1,4}$/.test(text) ? Number(text) : 0
  if (seconds < 8 || seconds > 600) throw new InvalidArgumentError('A window is 8 to 600 seconds.')
  return seconds
}

export function nameOption(text: string): HostName {
  const name = parseHostName(text)
  if (E.isLeft(name)) throw new InvalidArgumentError(`${name.left.reason}.`)
  return name.right
}

export function interfaceOption(text: string): string {
  if (/^[a-zA-Z0-9_=+-][a-zA-Z0-9_=+.-]{0,14}$/.test(text) && !text.endsWith('+')) return text
  throw new InvalidArgumentError(
    'An interface name has 1 to 15 characters of a-z, A-Z, 0-9 and _=+.-, and does not end with +',
  )
}

export function endpointsOption(text: string, before: readonly UdpEndpoint[] = []): readonly UdpEndpoint[] {
  const endpoint = parseUdpEndpoint(text)
  if (E.isLeft(endpoint)) throw new InvalidArgumentError(`${endpoint.left.reason}.`)
  const refusal = endpointRefusal(endpoint.right)
  if (refusal !== undefined) throw new InvalidArgumentError(`No other host can reach a ${refusal} address.`)
  return [...before, endpoint.right]
}

export function prefixesOption(text: string, before: readonly IpPrefix[] = []): readonly IpPrefix[] {
  const prefix = normaliseIpPrefix(text)
  if (E.isLeft(prefix)) throw new InvalidArgumentError(`${prefix.left.reason}.`)
  return [...before, prefix.right]
}

/** The content of a file with certificates. */
export function readCa(file: string): string {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw usageFailure(`--ca ${file} can't be read: ${error instanceof Error ? error.message : 'no such file'}`)
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text
  throw usageFailure(`--ca ${file} holds no certificate in PEM (a text with BEGIN CERTIFICATE).`)
}
