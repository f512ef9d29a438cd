import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Environment, inspectConfig, readConfig } from '../../../../src/config/config.ts'
import { oidc } from '../../../../src/features/oidc/index.ts'
import { hasProvider, oidcSettings } from '../../../../src/features/oidc/settings.ts'

const RIGHT = {
  OIDC_ISSUER: 'https://id.example.org/realms/lab/',
  OIDC_CLIENT_ID: 'papers',
  OIDC_CLIENT_SECRET: 'secret',
  OIDC_CHANGE_GROUP: 'operators',
}
const faultsOf = (environment: Environment) =>
  inspectConfig(environment, [oidc]).faults.filter(({ names }) =>
    names.some((name) => name.startsWith('OIDC')),
  )

test('`oidcSettings` keeps the issuer as it was written, and needs no group that may look', () => {
  const config = readConfig(RIGHT, [oidc])
  expect(hasProvider(config)).toBe(true)
  expect(oidcSettings(config)).toEqual({
    issuer: 'https://id.example.org/realms/lab/',
    clientId: 'papers',
    clientSecret: 'secret',
    changeGroup: 'operators',
    viewGroup: undefined,
    groupsClaim: 'groups',
  })
})

test('the feature is off without settings', () => {
  expect(hasProvider(readConfig({}, [oidc]))).toBe(false)
  expect(faultsOf({})).toEqual([])
  expect(faultsOf({ OIDC_GROUPS_CLAIM: 'groups' })).toEqual([])
})

test('OIDC_CLIENT_SECRET may come from a file', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'oidc-')), 'secret')
  writeFileSync(file, 'of a file\n')
  const { OIDC_CLIENT_SECRET: _, ...others } = RIGHT
  const config = readConfig({ ...others, OIDC_CLIENT_SECRET_FILE: file }, [oidc])
  expect(oidcSettings(config).clientSecret).toBe('of a file')
})

test.each([
  [{ OIDC_ISSUER: RIGHT.OIDC_ISSUER }, ['OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'OIDC_CHANGE_GROUP']],
  [{ OIDC_VIEW_GROUP: 'viewers' }, Object.keys(RIGHT)],
  [{ ...RIGHT, OIDC_CHANGE_GROUP: '' }, ['OIDC_CHANGE_GROUP']],
  [{ ...RIGHT, OIDC_VIEW_GROUP: 'operators' }, ['OIDC_VIEW_GROUP']],
  [{ ...RIGHT, OIDC_CHANGE_GROUP: 'one\ntwo' }, ['OIDC_CHANGE_GROUP']],
  [{ ...RIGHT, OIDC_ISSUER: 'id.example.org' }, ['OIDC_ISSUER']],
  [{ ...RIGHT, OIDC_ISSUER: 'http://id.example.org' }, ['OIDC_ISSUER']],
  [{ ...RIGHT, OIDC_ISSUER: 'http://localhost.example.org' }, ['OIDC_ISSUER']],
  [{ ...RIGHT, OIDC_ISSUER: 'HTTP://id.example.org', NODE_ENV: 'production' }, ['OIDC_ISSUER']],
  [{ ...RIGHT, OIDC_ISSUER: 'http://localhost:8080', NODE_ENV: 'production' }, ['OIDC_ISSUER']],
  [{ ...RIGHT, OIDC_ISSUER: 'https://user:secret@id.example.org' }, ['OIDC_ISSUER']],
  [{ ...RIGHT, OIDC_ISSUER: 'https://id.example.org/?realm=lab' }, ['OIDC_ISSUER']],
  [{ ...RIGHT, OIDC_ISSUER: 'https://id.example.org/.well-known/openid-configuration' }, ['OIDC_ISSUER']],
] as [Environment, string[]][])(
  '%j is refused, with the names and without the values',
  (environment, names) => {
    const faults = faultsOf(environment)
    expect(faults.flatMap((fault) => fault.names)).toEqual(names)
    expect(JSON.stringify(faults.map(({ what }) => what))).not.toMatch(/user:secret/)
  },
)

test.each(['http://localhost:8080', 'http://127.0.0.1:8080/realms/lab', 'http://[::1]:8080'])(
  '%s is a provider on this computer, for development',
  (OIDC_ISSUER) => expect(faultsOf({ ...RIGHT, OIDC_ISSUER })).toEqual([]),
)
