const paths = {
  back: 'M15 5l-7 7 7 7', next: 'M9 5l7 7-7 7', check: 'M5 12.5l4.5 4.5L19 7', send: 'M4 12l16-8-6 16-3-6z', copy: 'M8 8h12v12H8zM16 8V4H4v12h4', chat: 'M4 5h16v11H9l-5 4z',
  today: 'M5 4h14v16H5zM8.5 12l2.5 2.5 4.5-5', people: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c.5-4 3-6 6.500-6s6 2 6.500 6M16 4.500a3.500 3.500 0 0 1 0 6.500M17.500 14.500c2.500.5 3.700 2.500 4 5.500',
  scripts: 'M4 5h16v11H9l-5 4zM8 9h8M8 12h5', materials: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4', me: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c1-5 4-6.500 8-6.500s7 1.500 8 6.500',
  star: 'M12 4l2.500 5.200 5.500.8-4 4 1 5.600-5-2.700-5 2.700 1-5.600-4-4 5.500-.8z', folder: 'M4 6h6l2 2h8v11H4z', play: 'M8 5l11 7-11 7z', file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  link: 'M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1', plus: 'M12 5v14M5 12h14', swap: 'M4 8h14l-3-3M20 16H6l3 3', camera: 'M4 8h4l2-3h4l2 3h4v11H4zM12 16.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7z',
  more: 'M5 12h.01M12 12h.01M19 12h.01', alert: 'M12 8v5M12 16.500h.01M12 3l10 18H2z', off: 'M3 3l18 18M8.500 16.500a5 5 0 0 1 7 0M5 13a10 10 0 0 1 4-2.300M19 13a10 10 0 0 0-5-2.700M12 20h.01', clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2',
  close: 'M6 6l12 12M18 6L6 18', mini: 'M9 15a3 3 0 1 0 3-3 3 3 0 1 1 3-3', bag: 'M5 8h14l-1 12H6zM9 8V6a3 3 0 0 1 6 0v2', tag: 'M4 4h8l8 8-8 8-8-8zM8.500 8.500h.01', team: 'M12 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM6 20c.5-4 3-5.500 6-5.500s5.500 1.500 6 5.500',
} as const

/** The drawings. */
export type IconName = keyof typeof paths

/** A small drawing that says nothing by itself. */
export function Icon({ name, size = 20, filled }: { name: IconName; size?: number; filled?: boolean }) {
  return <svg className="s-icon" viewBox="0 0 24 24" width={size} height={size} aria-hidden="true" fill={filled ? 'currentColor' : 'none'}><path d={paths[name]} /></svg>
}
