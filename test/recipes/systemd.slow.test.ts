import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { readConfig } from '../../src/config/config.ts'
import { ROLES } from '../../src/service/service.ts'
import { toolPath } from '../support/tools.ts'

const root = resolve(import.meta.dirname, '../..')
const unit = readFileSync(join(root, 'docs/recipes/daily-papers.service'), 'utf8')
const analyze = toolPath('systemd-analyze')
const MAX_EXPOSURE = 15 // of 100

const folder = mkdtempSync(join(tmpdir(), 'systemd-'))
const secrets = {
  'app-secret': 'a'.repeat(40),
  'suppression-key': 'b'.repeat(40),
  'smtp-password': 'c/d#e',
  'dkim.pem': 'key',
}
for (const [name, text] of Object.entries(secrets)) writeFileSync(join(folder, name), `${text}\n`)
writeFileSync(
  join(folder, 'settings.env'),
  [
    'DATABASE_URL=postgresql://127.0.0.1:1/papers',
    'SMTP_URL=smtp://127.0.0.1:1',
    'BASE_URL=https://papers.example.org',
    'APP_SECRET=',
    'MAIL_FROM=digest@papers.example.org',
    'POSTAL_ADDRESS="1 Main Street, Springfield"',
    'DKIM_DOMAIN=papers.example.org',
    'DKIM_SELECTOR=s1',
  ].join('\n'),
)

/** Values of a key, in order. */
const valuesOf = (key: string): string[] =>
  [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value)

test('systemd takes the unit, and finds little that it is exposed to', (context) => {
  if (!analyze) context.skip('no systemd-analyze on this machine')
  const here = unit.replace('/usr/bin/node', process.execPath).replace('file:/opt/daily-papers', 'file:/')
  const file = join(folder, 'daily-papers.service')
  writeFileSync(file, here)
  const verified = spawnSync(analyze!, ['verify', file], { encoding: 'utf8' })
  expect({ status: verified.status, said: verified.stderr }).toEqual({ status: 0, said: '' })
  const options = ['security', '--offline=true', `--threshold=${MAX_EXPOSURE}`, '--no-pager', file]
  expect(spawnSync(analyze!, options, { encoding: 'utf8' }).status).toBe(0)
  // The same without its walls is not let through.
  writeFileSync(file, here.replace(/^(Protect|Private|Restrict|SystemCall|Capability).*$/gm, ''))
  expect(spawnSync(analyze!, options, { encoding: 'utf8' }).status).not.toBe(0)
})

test('systemd takes the unit as a template with roles, and finds as little', (context) => {
  if (!analyze) context.skip('no systemd-analyze on this machine')
  const own = join(folder, 'units')
  mkdirSync(join(own, 'daily-papers@.service.d'), { recursive: true })
  const here = (text: string) =>
    text.replaceAll('/usr/bin/node', process.execPath).replace('file:/opt/daily-papers', 'file:/')
  writeFileSync(join(own, 'daily-papers@.service'), here(unit))
  const dropIn = readFileSync(join(root, 'docs/recipes/daily-papers@.conf'), 'utf8')
  writeFileSync(join(own, 'daily-papers@.service.d/roles.conf'), here(dropIn))
  // The trailing colon adds the units of this machine.
  const env = { ...process.env, SYSTEMD_UNIT_PATH: `${own}:` }
  const verify = () => {
    const { status, stderr } = spawnSync(analyze!, ['verify', 'daily-papers@web1.service'], {
      env,
      encoding: 'utf8',
    })
    return { status, stderr }
  }
  expect(verify()).toEqual({ status: 0, stderr: '' })
  const rated = ['security', '--offline=true', `--threshold=${MAX_EXPOSURE}`, '--no-pager']
  expect(spawnSync(analyze!, [...rated, 'daily-papers@web1.service'], { env, encoding: 'utf8' }).status).toBe(
    0,
  )
  // A line that systemd does not know is noticed, so that the drop-in is read at all.
  writeFileSync(join(own, 'daily-papers@.service.d/roles.conf'), `${here(dropIn)}Roles=web\n`)
  expect(verify().stderr).toContain('Roles')
})

test('each part has the roles of its file, and starts as the whole service does', () => {
  const dropIn = readFileSync(join(root, 'docs/recipes/daily-papers@.conf'), 'utf8')
  const [start = ''] = valuesOf('ExecStart')
  expect(dropIn).toContain(`\nExecStart=\nExecStart=${start} --roles \${ROLES}\n`)
  const page = readFileSync(join(root, 'docs/recipes/systemd.md'), 'utf8')
  const roles = [...page.matchAll(/ROLES=(\w+)/g)].map(([, role]) => role)
  expect(new Set(roles)).toEqual(new Set(ROLES))
})

test('the settings in it are complete: every secret that it loads is named, and read', () => {
  const credentials = valuesOf('LoadCredential').map((text) => text.split(':')[0])
  expect(credentials.sort()).toEqual(Object.keys(secrets).sort())
  const environment = Object.fromEntries(
    valuesOf('Environment').map((text) => {
      const [name = '', ...value] = text.split('=')
      return [name, value.join('=').replace('%d', folder)]
    }),
  )
  const rest = {
    DATABASE_URL: 'postgresql://x/y',
    SMTP_URL: 'smtp://x',
    BASE_URL: 'https://papers.example.org',
  }
  const config = readConfig({
    ...environment,
    ...rest,
    MAIL_FROM: 'digest@papers.example.org',
    POSTAL_ADDRESS: '1 Main Street',
    DKIM_DOMAIN: 'papers.example.org',
    DKIM_SELECTOR: 's1',
  })
  expect(config).toMatchObject({ production: true, APP_SECRET: [secrets['app-secret']] })
  expect(config.SMTP_URL?.password).toBe('c/d#e')
})

test('it waits for emails in progress, and does not start again with wrong settings', () => {
  const [, longest = ''] = /MAX_STOP_MS = ([\d_]+)/.exec(
    readFileSync(join(root, 'src/service/worker-thread.ts'), 'utf8'),
  )!
  expect(Number(valuesOf('TimeoutStopSec')[0]) * 1000).toBeGreaterThan(Number(longest.replaceAll('_', '')))
  expect(valuesOf('KillSignal')).toEqual(['SIGTERM'])
  expect(valuesOf('Restart')).toEqual(['on-failure'])
  expect(valuesOf('RestartPreventExitStatus')).toEqual(['2'])
})

test('the operator’s script gives commands the settings of the service', () => {
  const text = readFileSync(join(root, 'docs/recipes/daily-papers.sh'), 'utf8')
  const data = join(folder, 'data')
  mkdirSync(data)
  const script = join(folder, 'daily-papers')
  writeFileSync(
    script,
    text
      .replace('/etc/daily-papers', folder)
      .replace('/opt/daily-papers', root)
      .replace('/var/lib/daily-papers', data),
  )
  const env = { PATH: `${dirname(process.execPath)}:${process.env.PATH}` }
  const { stdout } = spawnSync('sh', [script, 'doctor', '--json'], { env, encoding: 'utf8' })
  const checks: Record<string, string>[] = JSON.parse(stdout)
  expect(checks[0]).toMatchObject({ check: 'settings', state: 'ok', found: 'complete, for production' })
  expect(checks.find(({ check }) => check === 'secrets')?.found).toContain('APP_SECRET 40 bytes')
}, 60_000)
