import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseDotEnv } from '../../../../src/config/dot-env.ts'
import { openEnvFile, withSetting } from '../../../../src/operator/setup/env-file.ts'

test.each([
  ['plain', 'abc', 'A=abc'],
  ['spaces', '1 Main Street, Springfield', 'A=1 Main Street, Springfield'],
  ['spaces at the ends', ' abc ', "A=' abc '"],
  ['#', 'abc #1', "A='abc #1'"],
  ['$', 'a$b', "A='a$b'"],
  ['double quotes', 'the "Lab"', `A='the "Lab"'`],
  ['a single quote', "O'Hara", `A="O'Hara"`],
  ['a backslash', 'a\\nb', "A='a\\nb'"],
  ['nothing', '', 'A='],
])('`withSetting` writes a value with %s so that it reads back', (_what, value, line) => {
  expect(withSetting('', 'A', value)).toBe(`${line}\n`)
  expect(parseDotEnv(`${line}\n`)).toEqual({ A: value })
})

test('`withSetting` writes any value that reads back with all others, or none', () => {
  const before = '# first\nA=1 # comment\nB="two words"\n\nC=\n'
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom('A', 'B', 'C', 'D'), (value, name) => {
      const after = withSetting(before, name, value)
      fc.pre(after !== undefined)
      expect(parseDotEnv(after!)).toEqual({ A: '1', B: 'two words', C: '', [name]: value })
      expect(after).toContain('# first\n')
    }),
  )
})

test('`withSetting` changes the line that counts, and keeps comments and the order', () => {
  const before = '# top\nA=1\nexport B=2 # why\n#B=3\nA=4\nZ=5'
  expect(withSetting(before, 'A', '6')).toBe('# top\nA=1\nexport B=2 # why\n#B=3\nA=6\nZ=5')
  expect(withSetting(before, 'B', '7')).toBe('# top\nA=1\nB=7 # why\n#B=3\nA=4\nZ=5')
  expect(withSetting(before, 'C', '8')).toBe(`${before}\nC=8\n`)
  expect(withSetting(before, 'A', '4')).toBe(before)
})

test.each([
  ['a line break', 'A=1\n', 'a\nb'],
  ["' and $", 'A=1\n', "O'Hara$"],
  ["' and a backslash", 'A=1\n', "O'Hara\\d"],
  ["' and a backtick", 'A=1\n', "O'Hara`"],
  ["' and a double quote", 'A=1\n', `'"`],
  ['an old value of several lines', 'A="1\n2"\n', '3'],
])('`withSetting` changes nothing for %s', (_what, before, value) =>
  expect(withSetting(before, 'A', value)).toBeUndefined(),
)

test('`openEnvFile` begins with the layout of .env.example, without its examples', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'env-file-')), '.env')
  const file = openEnvFile(path, ['BASE_URL'])
  expect(file.values()).toMatchObject({ NODE_ENV: 'production', BASE_URL: '', PORT: '3000' })
  expect(file.set('BASE_URL', 'https://papers.example')).toBe(true)
  const layout = readFileSync('.env.example', 'utf8')
  expect(readFileSync(path, 'utf8')).toBe(layout.replace(/^BASE_URL=.*/m, 'BASE_URL=https://papers.example'))
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('`openEnvFile` keeps an existing file, and makes it readable only by its owner', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'env-file-')), '.env')
  writeFileSync(path, '# mine\nBASE_URL=https://mine.example\n')
  chmodSync(path, 0o644)
  const file = openEnvFile(path, ['BASE_URL'])
  expect(file.values()).toEqual({ BASE_URL: 'https://mine.example' })
  file.set('PORT', '3001')
  expect(readFileSync(path, 'utf8')).toBe('# mine\nBASE_URL=https://mine.example\nPORT=3001\n')
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('`openEnvFile` replaces the target of a symbolic link, whose owner stays, and leaves nothing else', () => {
  const folder = mkdtempSync(join(tmpdir(), 'env-file-'))
  const [path, target] = ['.env', 'settings'].map((name) => join(folder, name)) as [string, string]
  writeFileSync(target, 'PORT=3000\n')
  writeFileSync(`${target}.new`, 'of a run that crashed')
  if (process.getuid?.() === 0) chownSync(target, 1234, 1234)
  const { uid, ino } = statSync(target)
  symlinkSync('settings', path)
  expect(openEnvFile(path, []).set('PORT', '3001')).toBe(true)
  expect(readFileSync(target, 'utf8')).toBe('PORT=3001\n')
  expect(lstatSync(path).isSymbolicLink()).toBe(true)
  expect(readdirSync(folder)).toEqual(['.env', 'settings'])
  expect(statSync(target)).toMatchObject({ uid })
  expect(statSync(target).ino).not.toBe(ino) // a new file, renamed
})

test('`openEnvFile` throws config.unwritable before anything is asked', () => {
  const path = join(tmpdir(), 'env-file-no-such-folder', '.env') // as in a read-only file system, for root too
  expect(() => openEnvFile(path, [])).toThrow(expect.objectContaining({ code: 'config.unwritable' }))
})
