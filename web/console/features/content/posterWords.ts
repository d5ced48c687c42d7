import { texts } from '@shared/i18n'

/** The kinds of layer. */
export const layerWords = texts({
  text: ['文字', 'Text'],
  image: ['图片', 'Image'],
  qr: ['二维码', 'QR code'],
  photo: ['头像', 'Photo'],
  rect: ['矩形', 'Rectangle'],
  ellipse: ['圆形', 'Ellipse'],
  polygon: ['多边形', 'Polygon'],
  rays: ['光束', 'Rays'],
  confetti: ['彩屑', 'Confetti'],
})
