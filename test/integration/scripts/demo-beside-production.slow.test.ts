import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startProgram } from '../../support/processes.ts'

test('a demo beside a production service does not read its .env', async () => {
  const production = mkdtempSync(join(tmpdir(), 'production-'))
  const unreachable =
    'DATABASE_URL=postgresql://user@127.0.0.1:1/none\nSMTP_URL=smtp://127.0.0.1:1\nNODE_ENV=production\nHF_URL=x\n'
  writeFileSync(join(production, '.env'), unreachable)
  const demo = startProgram(['scripts/demo.ts', '--json', '--no-open'], {}, production)
  try {
    const { site } = JSON.parse(String((await once(demo.stdout!, 'data'))[0]))
    expect((await fetch(`${site}/ready`)).status).toBe(200)
  } finally {
    demo.kill('SIGTERM')
    await once(demo, 'exit')
  }
}, 90_000)
