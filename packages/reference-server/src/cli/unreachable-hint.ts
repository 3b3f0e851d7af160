/** What to do when nobody answers, or nobody whose certificate is trusted: by Node's code of the error. */
export const unreachableHint = (code: string | undefined, url: string): string => {
  if (code !== undefined && ofNoTrustedAuthority.has(code))
    return 'If an authority of your own signed its certificate, name the file of that: --ca ca.pem.'
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'Call it by a name that its certificate has.'
  if (code === 'CERT_HAS_EXPIRED') return 'Its certificate is out of date: start it with a new one.'
  if (code === 'EPROTO' || code?.startsWith('ERR_SSL_') === true)
    return 'It speaks no TLS there: is it http:// instead of https://, or another port?'
  if (code === 'ECONNRESET' && url.startsWith('http:'))
    return 'Perhaps the server behind it is down: start it again. Or it speaks TLS there: is it https:// instead of http://?'
  return 'Start one (meshfold serve --data DIR), or name another: --url, MESHFOLD_URL or meshfold login.'
}

const ofNoTrustedAuthority: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** Node appends how one would start Node: nobody starts that here. */
export const withoutAdviceOfNode = (message: string): string => message.replace(/; if the root CA is installed.*$/, '')
