import type { SwaggerTransformObject } from '@fastify/swagger'
import { jsonSchemaTransformObject } from 'fastify-type-provider-zod'

interface Schema {
  format?: unknown
  pattern?: string
  required?: unknown
}

interface RequestBody {
  required?: boolean
  content: Record<string, { schema?: Schema }>
}

type Value = string | Schema | { requestBody?: RequestBody }

/**
 * The document without the noise of its generator: a second copy of each schema, long patterns next to a format, and
 * `required` on bodies without required fields.
 */
export const tidyDocument: SwaggerTransformObject = (made) => {
  const text = JSON.stringify(jsonSchemaTransformObject(made))
  const document = JSON.parse(text, (_name, value: Value) => tidy(value))
  const { schemas = {}, ...components } = document.components
  const read = Object.entries(schemas).filter(([name]) => text.includes(`"#/components/schemas/${name}"`))
  return { ...document, components: { ...components, schemas: Object.fromEntries(read) } }
}

function tidy(value: Value): Value {
  if (value === 'Default Response') return 'Done'
  if (typeof value !== 'object' || value === null) return value
  // A property may be named "format" too.
  if ('format' in value && typeof value.format === 'string' && value.format.startsWith('date'))
    delete value.pattern
  if ('requestBody' in value && value.requestBody) {
    const schema = value.requestBody.content['application/json']?.schema
    value.requestBody.required = schema?.required !== undefined
  }
  return value
}
