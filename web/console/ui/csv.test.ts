import { expect, test } from 'vitest'
import { csvOf } from './csv'

test('a spreadsheet runs nothing of a file', async () => {
  const file = csvOf({ columns: ['a'], rows: [['=1+1'], [-5], ['a,"b"'], [null]] })
  expect(new TextDecoder('utf-8', { ignoreBOM: true }).decode(await file.arrayBuffer())).toBe('\uFEFFa\r\n\'=1+1\r\n-5\r\n"a,""b"""\r\n\r\n')
})
