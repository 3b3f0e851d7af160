import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { type Answer, hostAnswering } from '../test/support/answering-host.js'
import { askIp } from './ask-ip.js'
import { showOwnRoutes, showRules } from './render/policy-commands.js'
import { showRoutesOf } from './render/route-commands.js'

const questions = [showRoutesOf('mesh0', 6), showOwnRoutes(6), showRules(6)]
const batch = 'ip -N -j -d -6 -force -batch -'

describe('several questions to ip', () => {
  const asked = async (answers: Readonly<Record<string, Answer>>) => {
    const { host, commands, lines } = hostAnswering(answers)
    return { answers: await askIp(host, questions, 'observe'), commands, lines: lines() }
  }

  test('are one process, with an answer a line', async () => {
    const { answers, commands, lines } = await asked({ '-batch': { stdout: '[1]\n[2]\n[3]\n' } })
    expect(answers).toEqual(E.right(['[1]', '[2]', '[3]']))
    expect(lines).toEqual([batch])
    expect(commands[0]?.stdin).toBe('route show table main dev mesh0\nroute show table all proto 213\nrule show\n')
  })

  test('get no answer where there is no such interface, which is none the less read as none', async () => {
    const stderr = 'Cannot find device "mesh0"\nCommand failed -:1\n'
    const { answers, lines } = await asked({ '-batch': { exitCode: 1, stdout: '[2]\n[3]\n', stderr } })
    expect(answers).toEqual(E.right(['', '[2]', '[3]']))
    expect(lines).toEqual([batch])
  })

  test('end with the first refusal that means something', async () => {
    const stderr = 'Dump was interrupted\nCommand failed -:2\n'
    const { answers } = await asked({ '-batch': { exitCode: 1, stdout: '[1]\n[3]\n', stderr } })
    expect(answers).toEqual(E.left({ code: 'host-refused', action: 'observe', reason: 'Dump was interrupted' }))
  })

  test.each([
    ['fewer answers than questions', { stdout: '[1]\n[3]\n' }],
    ['one that breaks off', { exitCode: 1, stdout: '[1]\n[[3]\n', stderr: 'Dump terminated\n' }],
    ['a program that can not do it', { exitCode: 255, stderr: 'Option "-batch" is unknown' }],
  ])('are asked one by one after %s', async (_, answer) => {
    const { answers, lines } = await asked({ '-batch': answer, 'rule show': { stdout: '[3]' } })
    expect(answers).toEqual(E.right(['', '', '[3]']))
    expect(lines).toEqual([batch, ...questions.map(({ args }) => ['ip', ...args].join(' '))])
  })
})
