// For the build of the image: package.json with the packages named, and no other: node keep-packages.mjs NAME …
import { readFileSync, writeFileSync } from 'node:fs'

const { dependencies, devDependencies, ...rest } = JSON.parse(readFileSync('package.json', 'utf8'))
const all = { ...dependencies, ...devDependencies }
const kept = Object.fromEntries(process.argv.slice(2).map((name) => [name, all[name]]))
writeFileSync('package.json', JSON.stringify({ ...rest, dependencies: kept }))
