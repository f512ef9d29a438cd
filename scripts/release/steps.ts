import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { writeSite } from '../site/write-site.ts'
import { DEMO_FOLDER, writeDocs } from './docs-site.ts'
import { buildImages } from './images.ts'
import { brokenLinks } from './links.ts'
import { notesOf } from './notes.ts'
import { buildTarball, writePackage } from './package.ts'
import { outputOf, ROOT } from './run.ts'
import { writeBillOfMaterials } from './sbom.ts'
import type { Step } from './step.ts'
import { describeTrial, tryPackage, tryPackageInContainer } from './try-package.ts'

const npm: Step = async ({ out, published }) => {
  const file = await buildTarball(out, published)
  const tried = [
    describeTrial('in an empty folder', await tryPackage(file)),
    describeTrial('in an empty container', await tryPackageInContainer(file)),
  ]
  return [{ artefact: basename(file), bytes: statSync(file).size, tried: tried.join('; ') }]
}

const docs: Step = async ({ out, version, published }) => {
  const site = join(out, 'site')
  rmSync(site, { recursive: true, force: true })
  mkdirSync(site, { recursive: true })
  const pages = await writeDocs(site, { version, published })
  const demo = join(site, DEMO_FOLDER)
  // Only feeds and shared links have its whole address.
  const files = await writeSite(demo, `${published.demo || 'https://papers.example.org/demo'}/`)
  const broken = brokenLinks(site)
  if (broken.length > 0) throw new Error(`links that lead nowhere:\n${broken.join('\n')}`)
  const checked = 'all links inside lead to a file and a place in it'
  const demoBytes = await sizeOf(demo)
  return [
    { artefact: 'site', bytes: (await sizeOf(site)) - demoBytes, tried: `${pages} documents; ${checked}` },
    { artefact: `site/${DEMO_FOLDER}`, bytes: demoBytes, tried: `${files.length} files; ${checked}` },
  ]
}

const sizeOf = async (folder: string): Promise<number> =>
  Number((await outputOf('du', ['-sb', folder])).split('\t')[0])

const sbom: Step = async ({ out, version, published }) => {
  const folder = join(out, 'daily-papers')
  await writePackage(folder, published)
  const file = join(out, `daily-papers-${version}.cdx.json`)
  const components = await writeBillOfMaterials(folder, file)
  return [
    { artefact: basename(file), bytes: statSync(file).size, tried: `CycloneDX of ${components} packages` },
  ]
}

const notes: Step = async ({ out, version }) => {
  const changelog = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8')
  const text = notesOf(version, changelog) ?? notesOf('Unreleased', changelog)
  if (!text) throw new Error(`CHANGELOG.md has no section "## ${version}"`)
  const file = join(out, `notes-${version}.md`)
  writeFileSync(file, `${text}\n`)
  return [
    { artefact: basename(file), bytes: statSync(file).size, tried: `${text.split('\n- ').length} lines` },
  ]
}

/** By the name that --only takes. */
export const STEPS = { npm, images: buildImages, docs, sbom, notes }
