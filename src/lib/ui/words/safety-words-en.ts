/**
 * English safety words, by their numbers. Each means the same as the word of its number in the other languages, so that
 * people who see different ones can compare them all the same. The order is for ever: another one shows other words
 * for the same keys.
 */
export default `
  accordion airport alphabet amber anchor answer ant antenna apple apricot april apron arena armchair arrow
  astronaut atom attic august autumn avalanche avocado baby backpack badger baker balcony balloon bamboo banana
  barn barrel battery bean beaver bedroom belt bench berry bicycle biscuit blackboard blanket book borscht bottle
  bracelet brake branch bread brick bridge broccoli bronze broom brother builder bull bush butter button cabbage
  cable cactus cake calendar camel canal canary candy canvas canyon captain caramel carrot castle ceiling cellar
  cello chair chandelier cheese chemistry cherry chicken chimney chocolate cinema circus clay climate clock clover
  clown cocoa coconut coffee column comet compass computer cookie coral corn corridor cotton courage cow cradle
  crane cream crocodile crystal cuckoo cucumber cup cupboard curtain daisy dance dawn december desert dew diamond
  diary dictionary doctor dog dolphin domino dragonfly dress drill driver drop drum duck dumpling earring easel
  echo egg eggplant elbow elephant elevator emerald engine envelope eyebrow factory fairy falcon farmer feather
  february fence fern festival field fire fireplace fish fishing flame flamingo flour flower flute football fox
  friend frog frost galaxy garden garlic gate gift ginger giraffe glacier glasses globe glue gold gorilla granite
  grape guitar hammer hamster harbour harp harvest heart helium helmet hill hippo history hockey holiday hoof
  horizon horse hospital hotel hunter hut hydrogen icicle idea iron island ivy jacket jam jasmine jellyfish
  journey judge jungle kangaroo kettle key keyboard kitchen kiwi koala ladder lamp lantern lemon leopard letter
  library lightning lilac lily lion lizard magazine magic magnet map marble market marmalade matches mattress
  medal melody melon mermaid meteor microphone midnight milk minute mirror mitten monkey month monument moon
  mosquito mother motorcycle mountain mouse museum mushroom music mustard nail napkin necklace needle neighbour
  nest newspaper night north notebook november number oasis ocean october octopus office omelette onion orbit
  orchestra orchid order organ ostrich otter owl oxygen page palace palm pancake panda panther parachute parsley
  passport password pasta pasture pavilion peach peacock peanut pear pebble pelican pencil penguin peninsula
  pepper percent perfume phone physics picture pigeon pine pineapple planet plastic plate platform plum poem pond
  poppy porcelain porridge potato prince program puma pumpkin pupil puzzle pyramid queen question rabbit raccoon
  radio radish rain rainbow raisin raspberry record rhino rhythm rice ring rocket rooster root rubber ruby saddle
  sailor salad salmon salt sand sandwich sapphire satellite sauce sausage saw school science scissors scooter
  screw sculpture seal secret september shadow shark sheep shirt shoe shoulder shovel shower shrimp signal silence
  silver sink sister sky sled sleeve slipper smile snake snow snowflake sofa song soup sparrow spider spinach
  spoon sport spring squirrel stadium stamp star station statue steppe stork strawberry street student submarine
  sugar suitcase summer sun sunflower sunrise swan swing sword syrup tango taxi teacher telescope television
  tennis tent terrace theatre thunder ticket tiger tomato tongue topaz torch tower toy tractor tram treasure tree
  trombone trousers truck trumpet truth tulip tundra tunnel turkey turquoise turtle umbrella vanilla vase velvet
  victory vinegar violet violin volcano waffle wagon walnut waltz wardrobe watermelon week whale wheat whistle
  willow wind winter wisdom wolf woodpecker work workshop writer yacht yogurt zebra zucchini
`
  .trim()
  .split(/\s+/);
