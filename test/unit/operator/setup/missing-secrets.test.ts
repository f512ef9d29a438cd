import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FEATURES } from '../../../../src/features/index.ts'
import { addMissingSecrets } from '../../../../src/operator/operations/setup.ts'
import { openEnvFile } from '../../../../src/operator/setup/env-file.ts'

const OIDC = `OIDC_ISSUER=https://id.example.org
OIDC_CLIENT_ID=papers
OIDC_CLIENT_SECRET=secret
OIDC_CHANGE_GROUP=operators
`

function secretsAdded(text: string): string[] {
  const path = join(mkdtempSync(join(tmpdir(), 'missing-secrets-')), '.env')
  writeFileSync(path, text)
  const file = openEnvFile(path, [])
  const before = file.values()
  addMissingSecrets(file, FEATURES)
  const added = Object.entries(file.values()).filter(([name, value]) => value && !before[name])
  return added.map(([name]) => name).toSorted()
}

test('`addMissingSecrets` adds the secrets that are missing', () => {
  expect(secretsAdded('PORT=3000\n')).toEqual(['ADMIN_PASSWORD', 'APP_SECRET', 'SUPPRESSION_KEY'])
  expect(secretsAdded('APP_SECRET=one\nSUPPRESSION_KEY_FILE=/key\nADMIN_PASSWORD=pass\n')).toEqual([])
})

test('`addMissingSecrets` adds no ADMIN_PASSWORD if operators log in otherwise', () => {
  expect(secretsAdded(OIDC)).toEqual(['APP_SECRET', 'SUPPRESSION_KEY'])
})
