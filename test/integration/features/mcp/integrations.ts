import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { expect, onTestFinished } from 'vitest'
import { type Checks, EXAMPLE, type RecipeWorld, TITLE } from '../../docs/recipe-world.ts'

export function integrations({ atTest, bash }: RecipeWorld): Checks {
  async function searchesThrough(url: string): Promise<void> {
    expect(url).toBe(`${EXAMPLE}/mcp`)
    const client = new Client({ name: 'test', version: '1.0.0' })
    await client.connect(new StreamableHTTPClientTransport(new URL(atTest(url))))
    onTestFinished(() => client.close())
    const found = await client.callTool({ name: 'search_papers', arguments: { query: '"linear attention"' } })
    expect(JSON.stringify(found)).toContain(TITLE)
  }

  return {
    'Claude Code': [
      async (block) => searchesThrough((await bash(`claude() { echo "\${@: -1}"; }\n${block}`)).trim()),
    ],
    Cursor: [async (block) => searchesThrough(JSON.parse(block).mcpServers.papers.url)],
    'VS Code': [async (block) => searchesThrough(JSON.parse(block).servers.papers.url)],
  }
}
