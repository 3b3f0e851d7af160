import * as t from 'io-ts'

/** Every refusal, whatever its status. */
export const errorAnswer = t.readonly(t.strict({ error: t.readonly(t.strict({ code: t.string, message: t.string })) }))
