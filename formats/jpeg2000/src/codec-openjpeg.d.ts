declare module '@cornerstonejs/codec-openjpeg/wasmjs' {
  export interface FrameInfo {
    width: number;
    height: number;
    bitsPerSample: number;
    componentCount: number;
    isSigned: boolean;
    isUsingColorTransform: boolean;
  }

  export interface J2KEncoder {
    getDecodedBuffer(frame: FrameInfo): Uint8Array;
    setQuality(lossless: boolean, quality: number): void;
    setCompressionRatio(layer: number, ratio: number): void;
    encode(): void;
    getEncodedBuffer(): Uint8Array;
    delete(): void;
  }

  export interface OpenJpeg {
    J2KEncoder: new () => J2KEncoder;
  }

  const factory: (options: { print(): void; printErr(): void }) => Promise<OpenJpeg>;
  export default factory;
}

declare module '@cornerstonejs/codec-openjpeg/decodewasmjs' {
  import type { FrameInfo } from '@cornerstonejs/codec-openjpeg/wasmjs';

  export interface J2KDecoder {
    getEncodedBuffer(length: number): Uint8Array;
    decode(): void;
    getFrameInfo(): FrameInfo;
    getDecodedBuffer(): Uint8Array;
    delete(): void;
  }

  export interface OpenJpegDecoder {
    J2KDecoder: new () => J2KDecoder;
  }

  const factory: (options: {
    print(): void;
    printErr(): void;
    instantiateWasm(
      imports: WebAssembly.Imports,
      done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
    ): WebAssembly.Exports;
  }) => Promise<OpenJpegDecoder>;
  export default factory;
}
