import { expect, test } from 'vitest'
import type { Environment } from '../../../../src/config/config.ts'
import { QUESTIONS } from '../../../../src/operator/setup/questions.ts'

const isAsked = (name: string, values: Environment): boolean | undefined =>
  QUESTIONS.find((one) => one.name === name)!.isAsked!(values)

test.each<[name: string, values: Environment, expected: boolean]>([
  ['SMTP_USER', { SMTP_URL: 'smtp://relay.example' }, true],
  ['SMTP_USER', { SMTP_URL: 'smtp://ann:secret@relay.example' }, false],
  ['SMTP_USER', { SMTP_URL_FILE: '/smtp-url' }, true],
  ['SMTP_PASSWORD', { SMTP_USER: '' }, false],
  ['SMTP_PASSWORD', { SMTP_USER: 'ann' }, true],
  ['SMTP_PASSWORD', { SMTP_USER_FILE: '/smtp-user' }, true],
])('`setup` asks %s for %o: %s', (name, values, expected) => expect(isAsked(name, values)).toBe(expected))
