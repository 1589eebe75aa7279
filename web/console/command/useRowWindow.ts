/** The queue's two lists in one scrolling box: only the rows in sight are in the page, the others are room. */
import { computed, nextTick, onBeforeUnmount, onMounted, ref, type Ref } from 'vue'
import { rowWindow } from './rowWindow'

/** Selectors of a row of each list, for its height. */
const ROWS = { hand: '.row:not(.c)', rest: '.row.c:not(.gone, .up)' }
const HEAD = '.gh'

export function useRowWindow(box: Ref<HTMLElement | undefined>, counts: () => { hand: number; rest: number }) {
  const scrolled_px = ref(0)
  const seen_px = ref(0)
  const row_px = ref({ hand: 0, rest: 0 })
  const head_px = ref(0)
  /** Rows that come by scrolling are not new: they do not shine as new ones do. */
  const sliding = ref(false)

  /** Heights are the style's; they change with the window's size only. */
  function measure(): void {
    const element = box.value
    if (!element) return
    seen_px.value = element.clientHeight
    const height = (selector: string, last: number): number => element.querySelector<HTMLElement>(selector)?.getBoundingClientRect().height ?? last
    row_px.value = { hand: height(ROWS.hand, row_px.value.hand), rest: height(ROWS.rest, row_px.value.rest) }
    head_px.value = height(HEAD, head_px.value)
  }
  const handTop = computed(() => head_px.value)
  const restTop = computed(() => handTop.value + counts().hand * row_px.value.hand + head_px.value)
  const hand = computed(() => rowWindow(counts().hand, row_px.value.hand, scrolled_px.value - handTop.value, seen_px.value))
  const rest = computed(() => rowWindow(counts().rest, row_px.value.rest, scrolled_px.value - restTop.value, seen_px.value))

  let settled: ReturnType<typeof setTimeout> | undefined
  function slide(): void {
    sliding.value = true
    scrolled_px.value = box.value?.scrollTop ?? 0
    clearTimeout(settled)
    settled = setTimeout(() => (sliding.value = false), 150)
  }
  /** Bring a row that is not in the page into the middle of what is seen; list and place in it. */
  async function reveal(list: 'hand' | 'rest', index: number): Promise<void> {
    const top = (list === 'hand' ? handTop : restTop).value + index * row_px.value[list]
    box.value?.scrollTo({ top: top - seen_px.value / 2 })
    slide()
    await nextTick()
  }

  let watcher: ResizeObserver | undefined
  onMounted(() => {
    watcher = new ResizeObserver(measure)
    if (box.value) watcher.observe(box.value)
  })
  onBeforeUnmount(() => {
    watcher?.disconnect()
    clearTimeout(settled)
  })
  return { hand, rest, row_px, sliding, slide, measure, reveal }
}
