import { expect, test } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import { checkBounces } from '../../../../src/features/doctor/bounce-checks.ts'

const DOMAIN = 'bounce.example.org'
const check = (settings: Record<string, string>) =>
  checkBounces(readConfig({ MAIL_FROM: 'digest@example.org', ...settings }), [])

test.each([
  [{}, 'skipped', 'no BOUNCE_DOMAIN', null],
  [
    { BOUNCE_DOMAIN: DOMAIN },
    'warning',
    'these settings enable no way to receive bounces',
    'BOUNCE_LMTP=2424',
  ],
  [
    { SES_TOPIC_ARN: 'arn:aws:sns:eu-west-1:123456789012:bounces' },
    'ok',
    'reports arrive through ses (SES_TOPIC_ARN)',
    null,
  ],
  [{ BOUNCE_DOMAIN: DOMAIN, BOUNCE_LMTP: '2424' }, 'ok', 'reports arrive through lmtp (BOUNCE_LMTP)', null],
  [
    { BOUNCE_DOMAIN: 'example.org', BOUNCE_LMTP: '2424' },
    'warning',
    'the domain of MAIL_FROM',
    'BOUNCE_DOMAIN=bounce.example.org',
  ],
])('%j: %s', (settings: Record<string, string>, state, found, fix) => {
  const result = check(settings)
  expect(result.state).toBe(state)
  expect(result.found).toContain(found)
  if (fix) expect(result.fix).toContain(fix)
  else expect(result.fix).toBeNull()
})
