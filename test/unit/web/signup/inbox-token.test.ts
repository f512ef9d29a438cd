import { expect, test } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import { readTypedSettings } from '../../../../src/subscribers/read-signup.ts'
import { inboxPath, readInboxToken } from '../../../../src/web/signup/inbox-view.ts'

const config = readConfig({})
const now = new Date('2026-11-24T12:00:00Z')
const sent = { email: 'ann@example.com', settings: readTypedSettings(config, {}), topics: ['robots'] }
const tokenOf = (form: Parameters<typeof inboxPath>[1]) => inboxPath(config, form, now).split('/').at(-1)!
const after = (minutes: number) => new Date(now.getTime() + minutes * 60_000)

test('the form comes back for ten minutes, and its address cannot be read from the path', () => {
  const token = tokenOf(sent)
  expect(Buffer.from(token, 'base64url').toString('latin1')).not.toContain('ann')
  expect(readInboxToken(config, token, after(9.9))).toEqual(sent)
  expect(readInboxToken(config, token, after(10))).toBeNull()
  expect(readInboxToken(config, 'nonsense', now)).toBeNull()
})

test.each(['x', '論', '"'])('twenty long topics of %s do not make the path too long', (sign) => {
  const token = tokenOf({ ...sent, topics: Array.from({ length: 20 }, () => sign.repeat(300)) })
  expect(token.length).toBeLessThan(4000)
  expect(readInboxToken(config, token, now)).toEqual({ ...sent, topics: null })
})
