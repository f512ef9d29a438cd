import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Feature } from '../../../../src/core/feature.ts'
import { completeSettings } from '../../../../src/operator/operations/setup.ts'
import { openEnvFile } from '../../../../src/operator/setup/env-file.ts'

/** A feature with another way to log in. */
const LOGIN: Feature = {
  name: 'planted',
  routes: [
    { area: 'login', isConfigured: () => true, read: () => Promise.reject(new Error('not asked for')) },
  ],
}

function namesAdded(text: string, features: Feature[] = []): string[] {
  const path = join(mkdtempSync(join(tmpdir(), 'complete-settings-')), '.env')
  writeFileSync(path, text)
  const file = openEnvFile(path, [])
  const before = file.values()
  completeSettings(file, features)
  const added = Object.entries(file.values()).filter(([name, value]) => value && !before[name])
  return added.map(([name]) => name).toSorted()
}

test('`completeSettings` adds the secrets that are missing, and production', () => {
  expect(namesAdded('PORT=3000\n')).toEqual(['ADMIN_PASSWORD', 'APP_SECRET', 'NODE_ENV', 'SUPPRESSION_KEY'])
  const secrets = 'APP_SECRET=one\nSUPPRESSION_KEY_FILE=/key\nADMIN_PASSWORD=pass\n'
  expect(namesAdded(`NODE_ENV=development\n${secrets}`)).toEqual([])
})

test('`completeSettings` adds no ADMIN_PASSWORD if operators log in otherwise', () => {
  expect(namesAdded('PORT=3000\n', [LOGIN])).toEqual(['APP_SECRET', 'NODE_ENV', 'SUPPRESSION_KEY'])
})
