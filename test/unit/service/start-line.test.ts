import { expect, test } from 'vitest'
import { startLine, stopLine } from '../../../src/service/start-line.ts'

const LOCAL = { BASE_URL: 'http://localhost:3080', HOST: '127.0.0.1', PORT: 3080 }
const ALL = ['web', 'schedule', 'worker'] as const

test('`startLine` names the site and the admin pages', () => {
  const line = startLine(LOCAL, ALL, true)
  expect(line).toContain('http://localhost:3080,')
  expect(line).toContain('http://localhost:3080/admin')
  expect(line).not.toContain('127.0.0.1')
})

test('`startLine` names the setting without which there are no admin pages', () => {
  expect(startLine(LOCAL, ALL, false)).toContain('ADMIN_PASSWORD')
})

test('`startLine` names where the site listens behind a proxy', () => {
  const behind = { ...LOCAL, BASE_URL: 'https://papers.example', HOST: '::1' }
  expect(startLine(behind, ALL, true)).toContain('[::1]:3080')
})

test('`startLine` names no address for a process without a site', () => {
  expect(startLine(LOCAL, ['schedule', 'worker'], true)).not.toContain('http')
})

test('`stopLine` names the command that stops the embedded Postgres, and only that one', () => {
  expect(stopLine({ DATABASE_URL: 'embedded' })).toContain('db stop')
  expect(stopLine({ DATABASE_URL: 'postgresql://papers@localhost/papers' })).toBeUndefined()
})
