/** What a client's device is given. */
import { type ClientFile, type ClientFileWarning, clientIdCodec, describeClientFileWarning } from '@meshfold/core'
import * as t from 'io-ts'
import { body } from './api-codecs.js'

export const clientParams = body({ clientId: clientIdCodec }, {})

/** The file that `wg-quick` and the apps take, with a placeholder for the private key, which the server never has. */
export const clientFileAnswer = t.readonly(
  t.strict({
    clientId: clientIdCodec,
    name: t.string,
    publicKey: t.string,
    text: t.string,
    /** Equal hash, equal file; `RecordClientConfig` takes it when the file was handed out. */
    hash: t.string,
    /** Whether another file was handed out than that of now. */
    isStale: t.boolean,
    warnings: t.readonlyArray(t.readonly(t.strict({ code: t.string, message: t.string }))),
  }),
)
export type ClientFileAnswer = t.TypeOf<typeof clientFileAnswer>

export const viewWarnings = ({ warnings }: ClientFile): ClientFileAnswer['warnings'] =>
  warnings.map((code: ClientFileWarning) => ({ code, message: describeClientFileWarning(code) }))
