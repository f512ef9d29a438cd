import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { outputOf } from './run.ts'

const bill = z.object({
  bomFormat: z.literal('CycloneDX'),
  components: z.array(z.object({ name: z.string(), version: z.string(), purl: z.string() })).min(1),
})

/**
 * Writes the software bill of materials of the package in `folder`, by its npm-shrinkwrap.json, as CycloneDX. Returns how
 * many packages it lists.
 */
export async function writeBillOfMaterials(folder: string, file: string): Promise<number> {
  const options = ['--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only']
  const text = await outputOf('npm', ['sbom', ...options, '--omit', 'dev'], { cwd: folder })
  const { components } = bill.parse(JSON.parse(text))
  if (text.includes(join(folder, '..'))) throw new Error(`the bill of materials has a path of this machine`)
  writeFileSync(file, text)
  return components.length
}
