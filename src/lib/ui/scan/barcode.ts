/** The part of the Barcode Detection API that is used (https://wicg.github.io/shape-detection-api/). */
interface BarcodeReader {
  detect(source: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
}

declare global {
  var BarcodeDetector: (new (options: { formats: string[] }) => BarcodeReader) | undefined;
}

/** Whether this browser reads QR codes itself; where it does not, the button is not shown. */
export function canScan(): boolean {
  return globalThis.BarcodeDetector !== undefined && 'mediaDevices' in navigator;
}

export function qrReader(): BarcodeReader | undefined {
  const { BarcodeDetector } = globalThis;
  return BarcodeDetector && new BarcodeDetector({ formats: ['qr_code'] });
}
