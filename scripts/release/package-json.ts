// @ts-expect-error plain JavaScript, since it runs while packages are installed
import { onlyOptionalPeers } from '../slim-install.mjs'
import type { Published } from './published.ts'

type Json = Record<string, unknown>

interface PackageLock extends Json {
  packages: Record<string, Json & { dev?: boolean }>
}

/** Of the repository's package.json, what the package on npm has: no scripts, and no packages of the development. */
export function packageJson(
  own: Json,
  { repository, docs, package: name }: Pick<Published, 'repository' | 'docs' | 'package'>,
): Json {
  const { private: _private, scripts: _scripts, devDependencies: _dev, allowScripts: _allow, ...kept } = own
  return {
    ...kept,
    ...(name && { name }),
    ...(repository && {
      repository: { type: 'git', url: `git+${repository}.git` },
      bugs: `${repository}/issues`,
    }),
    ...((docs || repository) && { homepage: docs || repository }),
  }
}

/** The same for package-lock.json: npm-shrinkwrap.json, which npm follows where the package is installed. */
export function shrinkwrap(lock: PackageLock, own: Json): PackageLock {
  const gone = new Set<string>(onlyOptionalPeers(lock.packages))
  const packages = Object.entries(lock.packages).filter(([path, { dev }]) => path && !dev && !gone.has(path))
  const { name, version, license, dependencies, bin, engines } = own
  return {
    ...lock,
    name,
    version,
    packages: { '': { name, version, license, dependencies, bin, engines }, ...Object.fromEntries(packages) },
  }
}
