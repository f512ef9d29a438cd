import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runProgram } from '../support/processes.ts'

const complete: Record<string, string> = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgresql://127.0.0.1:1/papers',
  SMTP_URL: 'smtps://mail.example',
  BASE_URL: 'https://papers.example',
  APP_SECRET: 'a-secret-of-at-least-thirty-two-bytes',
  SUPPRESSION_KEY: 'another-secret-of-thirty-two-bytes-!',
  MAIL_FROM: 'digest@papers.example',
  POSTAL_ADDRESS: '1 Main Street, Springfield',
}
const folder = mkdtempSync(join(tmpdir(), 'production-'))

describe.each([
  ['npm start', ['src/main.ts']],
  ['the command line', ['src/cli.ts', 'subscribers', 'list']],
])('%s in production', (_name, program) => {
  const start = (settings: Record<string, string>) => runProgram(program, settings, folder)

  test('names everything that is missing at once, and what it takes, and exits 2', async () => {
    const { code, stderr } = await start({ NODE_ENV: 'production' })
    expect(code).toBe(2)
    for (const name of Object.keys(complete).slice(1))
      expect(stderr).toMatch(new RegExp(`^  ${name}: required in production; takes .+`, 'm'))
    expect(stderr).toContain('7 problem(s)')
  })

  test('does not start if only that one is missing', async () => {
    const { code, stderr } = await start({ ...complete, MAIL_FROM: '' })
    expect({ code, lines: stderr.trim().split('\n').length }).toEqual({ code: 2, lines: 2 })
    expect(stderr).toContain('MAIL_FROM: required in production; takes one email address')
  })

  test('reads the secrets from files: then only the database is missing', async () => {
    const { code, stderr } = await start({
      ...fromFiles(complete, ['DATABASE_URL', 'SMTP_URL', 'APP_SECRET', 'SUPPRESSION_KEY']),
    })
    expect(code).toBe(1)
    expect(stderr).toContain('The database does not respond')
  })
})

function fromFiles(settings: Record<string, string>, names: string[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => {
      if (!names.includes(name)) return [name, value]
      const file = join(folder, name)
      writeFileSync(file, `${value}\n`)
      return [`${name}_FILE`, file]
    }),
  )
}
