/**
 * For TypeDoc: types that are made from codecs (`t.TypeOf<typeof xCodec>`) are shown with their fields and the comments on those, not as a
 * formula of a codec that isn't public.
 */
import { Comment, Converter, ReflectionKind } from 'typedoc'
import ts from 'typescript'

/** @param {import('typedoc').Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (context, reflection) => {
    // The codec of a field stands where TypeDoc expects a default value.
    if (reflection.kindOf(ReflectionKind.Property) && /Codec\b|^t\.|\(/.test(reflection.defaultValue ?? '')) {
      delete reflection.defaultValue
    }
    if (!reflection.kindOf(ReflectionKind.TypeAlias)) return
    const symbol = context.getSymbolFromReflection(reflection)
    if (!symbol?.declarations?.some(isMadeFromCodec)) return
    reflection.comment ??= new Comment()
    reflection.comment.modifierTags.add('@useDeclaredType')
  })
}

/** @param {ts.Declaration} declaration */
const isMadeFromCodec = (declaration) =>
  ts.isTypeAliasDeclaration(declaration) &&
  ts.isTypeReferenceNode(declaration.type) &&
  declaration.type.typeName.getText().endsWith('TypeOf') &&
  declaration.type.typeArguments?.[0]?.kind === ts.SyntaxKind.TypeQuery
