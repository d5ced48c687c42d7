import { describe, expect, it } from 'vitest'
import { kept, moved } from './columns'

describe('columns of a file', () => {
  it('are moved and stay at the ends', () => {
    expect(moved(['a', 'b', 'c'], 2, -1)).toEqual(['a', 'c', 'b'])
    expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c'])
    expect(moved(['a', 'b'], 0, -1)).toEqual(['a', 'b'])
    expect(moved(['a', 'b'], 1, 1)).toEqual(['a', 'b'])
  })

  it('are remembered only if they are columns', () => {
    const columns = [{ field: 'name', header: '姓名' }, { field: 'trait:city', header: '城市' }]
    expect(kept(JSON.stringify(columns))).toEqual(columns)
    for (const text of [null, '', '[]', '{}', '[1]', '[{"field":"gone","header":"x"}]', '[{"field":"trait:","header":"x"}]', '[{"field":"name"}]']) expect(kept(text)).toBeUndefined()
  })
})
