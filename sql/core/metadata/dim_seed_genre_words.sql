-- The keywords by which system A bucketed genres, as parts of words (SYSTEMS A.6).
--
-- grain: bucket, word

with

listed as (

    select
        1 as bucket_rank,
        'hip_hop_rap' as bucket,
        'hip hop,rap,drill,boom bap,g-funk,grime' as words,
    union all
    select
        2 as bucket_rank,
        'rnb_soul' as bucket,
        'r&b,rnb,soul,motown,new jack swing' as words,
    union all
    select
        3 as bucket_rank,
        'electronic_dance' as bucket,
        'edm,house,techno,trance,disco,vaporwave,ambient,downtempo,future bass,'
            || 'garage,chillstep,chillwave,moombahton,big room,eurodance,jersey club,'
            || 'nightcore,dubstep,electroclash' as words,
    union all
    select
        4 as bucket_rank,
        'jazz' as bucket,
        'jazz,bebop,hard bop,fusion' as words,
    union all
    select
        5 as bucket_rank,
        'classical_art' as bucket,
        'classical,chamber,opera,minimalism,baroque,soundtrack,musicals,orchestral' as words,
    union all
    select
        6 as bucket_rank,
        'folk_country_americana' as bucket,
        'folk,bluegrass,americana,singer-songwriter,country' as words,
    union all
    select
        7 as bucket_rank,
        'metal_hard' as bucket,
        'metal,hardcore,thrash,grindcore,sludge,stoner,melodic death' as words,
    union all
    select
        8 as bucket_rank,
        'rock' as bucket,
        'rock,shoegaze,punk,new wave,grunge,power pop,riot grrrl' as words,
    union all
    select
        9 as bucket_rank,
        'pop' as bucket,
        ' pop,synthpop,hyperpop,britpop' as words,
    union all
    select
        10 as bucket_rank,
        'latin' as bucket,
        'latin,mpb,bossa nova,samba,cumbia,reggaeton,salsa,bachata,bolero,sertanejo,'
            || 'pagode,tecnobrega,neoperreo,calypso,forro,forró' as words,
    union all
    select
        11 as bucket_rank,
        'world_regional' as bucket,
        'fado,flamenco,afrobeat,highlife,gnawa,k-pop,kpop,j-pop,jpop,mandopop,'
            || 'celtic,mariachi,kizomba,kuduro,bhangra,funk carioca,brazilian funk' as words,
    union all
    select
        12 as bucket_rank,
        'experimental_avant' as bucket,
        'experimental,avant,noise,idm,drone,psych,post-' as words,

)

select
    bucket,                                    -- one of twelve broad kinds of music
    unnest(string_split(words, ',')) as word,  -- the word or words that mean it
    bucket_rank,                               -- order in which the buckets are tried
from listed
