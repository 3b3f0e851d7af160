import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const OPENSSL = 'openssl'

/** In PEM. */
export interface Certificate {
  readonly key: string
  readonly cert: string
}

/** A certificate for this machine that signs itself, by the `openssl` command; the reason where that fails. */
export function selfSignedCertificate(
  names = 'DNS:localhost,IP:127.0.0.1',
): Certificate | { readonly missing: string } {
  const folder = mkdtempSync(join(tmpdir(), 'meshfold-certificate-'))
  try {
    const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const request = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test'
    const files = ['-addext', `subjectAltName=${names}`, '-keyout', keyFile, '-out', certFile]
    const made = spawnSync(OPENSSL, [...request.split(' '), ...files])
    if (made.status !== 0) return { missing: `openssl: ${made.error?.message ?? made.stderr.toString()}` }
    return { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8') }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
