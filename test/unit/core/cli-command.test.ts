import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { cliCommand, startCommand } from '../../../src/core/cli-command.ts'

const root = resolve(import.meta.dirname, '../../..')
const folder = mkdtempSync(join(tmpdir(), 'own-command-'))

function script(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

test('the command line names the command that is installed for this copy, otherwise npm', () => {
  const ours = script('ours', `#!/bin/sh\nexec node ${root}/src/cli.ts "$@"\n`)
  const other = script('other', '#!/bin/sh\nexec node /elsewhere/src/cli.ts "$@"\n')
  expect(cliCommand('doctor', [other, ours])).toBe('daily-papers doctor')
  expect(cliCommand('doctor', [other, '/nowhere'])).toBe('npm run -s cli -- doctor')
})

test('`startCommand` names what starts this copy: the image, the service of systemd, otherwise npm', () => {
  const ours = script('ours', `#!/bin/sh\nexec node ${root}/src/cli.ts "$@"\n`)
  expect(startCommand(ours, '/nowhere')).toBe('docker compose up -d')
  expect(startCommand('/nowhere', ours)).toBe('systemctl start daily-papers')
  expect(startCommand('/nowhere', '/nowhere')).toBe('npm start')
})
